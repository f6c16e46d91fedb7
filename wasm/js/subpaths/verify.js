// `./verify`: what the edge needs. Tokens and permissions, no forms and no password hashing.

import { bind } from "../bind.js";
import { isPermitted } from "../permissions.js";
import { decodeToken, safeVerifyToken, verifyJws, verifyToken } from "../tokens.js";
import { verifiers } from "../verifier/create.js";

const operations = { decodeToken, isPermitted, safeVerifyToken, verifyJws, verifyToken };

export const api = (load) => bind(load, operations, { createVerifier: verifiers });
export { TokenError, UnavailableError } from "../refusals.js";
