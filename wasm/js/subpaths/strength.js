// `./strength`: how well a password withstands guessing, by a wasm of its own that is loaded once it is asked for.

import { bind } from "../bind.js";
import { passwordStrength } from "../strength.js";

export const api = (load) => bind(load, { passwordStrength });
