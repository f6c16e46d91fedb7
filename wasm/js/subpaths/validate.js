// `./validate`: the forms of somebody who has no account yet. That of a profile comes with `.`: whoever fills it in is signed in.

import { bind } from "../bind.js";
import { validateEmail, validatePassword, validateRegistration, validateUsername } from "../forms.js";

const operations = { validateEmail, validatePassword, validateRegistration, validateUsername };

export const api = (load) => bind(load, operations);
