// `./validate`: forms and nothing else.

import { bind } from "../bind.js";
import { validateEmail, validatePassword, validateProfile, validateRegistration, validateUsername } from "../forms.js";

const operations = { validateEmail, validatePassword, validateProfile, validateRegistration, validateUsername };

export const api = (load) => bind(load, operations);
