// `.`: everything that is one wasm.

import { bind } from "../bind.js";
import { validateEmail, validatePassword, validateRegistration, validateUsername } from "../forms.js";
import { hashPassword, inspectHash, verifyPassword } from "../passwords.js";
import { signToken } from "../sign.js";
import { decodeToken, safeVerifyToken, verifyJws, verifyToken } from "../tokens.js";

const operations = {
  decodeToken,
  hashPassword,
  inspectHash,
  safeVerifyToken,
  signToken,
  validateEmail,
  validatePassword,
  validateRegistration,
  validateUsername,
  verifyJws,
  verifyPassword,
  verifyToken,
};

export const api = (load) => bind(load, operations);
export { TokenError } from "../refusals.js";
