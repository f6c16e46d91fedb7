// What the package does. Each operation reads its arguments at once and returns what is then to be done with
// the wasm, so that a wrong argument is thrown before there need be any.

export { validateEmail, validatePassword, validateRegistration, validateUsername } from "./forms.js";
export { hashPassword, inspectHash, verifyPassword } from "./passwords.js";
export { decodeToken, safeVerifyToken, verifyJws, verifyToken } from "./tokens.js";
