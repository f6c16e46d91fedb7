// `.`: everything that is one wasm.

import { bind } from "../bind.js";
import { validateEmail, validatePassword, validateProfile, validateRegistration, validateUsername } from "../forms.js";
import { hashPassword, inspectHash, verifyPassword } from "../passwords.js";
import { isPermitted } from "../permissions.js";
import { signToken } from "../sign.js";
import { decodeToken, safeVerifyToken, verifyJws, verifyToken } from "../tokens.js";
import { totp } from "../totp.js";
import { verifiers } from "../verifier/create.js";

const operations = {
  decodeToken,
  hashPassword,
  inspectHash,
  isPermitted,
  safeVerifyToken,
  signToken,
  totp,
  validateEmail,
  validatePassword,
  validateProfile,
  validateRegistration,
  validateUsername,
  verifyJws,
  verifyPassword,
  verifyToken,
};

export const api = (load) => bind(load, operations, { createVerifier: verifiers });
export { TokenError, UnavailableError } from "../refusals.js";
