// `./validate`: forms and nothing else.

import { bind } from "../bind.js";
import { validateEmail, validatePassword, validateRegistration, validateUsername } from "../forms.js";

const operations = { validateEmail, validatePassword, validateRegistration, validateUsername };

export const api = (load) => bind(load, operations);
