// `./worker`: the asynchronous functions of `.` in a worker, so that hashing never blocks a page.

import { inPlace, proxy } from "../worker/proxy.js";

// All of `.` but what it makes of the caller's own functions; `safeVerifyToken` is made of `verifyToken`.
const NAMES = [
  "decodeToken",
  "hashPassword",
  "inspectHash",
  "isPermitted",
  "signToken",
  "totp.generateSecret",
  "totp.uri",
  "totp.verify",
  "validateEmail",
  "validatePassword",
  "validateProfile",
  "validateRegistration",
  "validateUsername",
  "verifyJws",
  "verifyPassword",
  "verifyToken",
];

export const api = (spawn) => proxy(NAMES, spawn);
export const over = (countersign) => inPlace(NAMES, countersign);
export { TokenError } from "../refusals.js";
