// Cloudflare Workers: compiling at run time is forbidden there, so the bundler hands over a compiled module.

import { bind } from "./api.js";
import * as glue from "./core.js";
import wasm from "./core_bg.wasm";

async function load(input = wasm) {
  glue.initSync({ module: input });
  return glue;
}

export const {
  init,
  decodeToken,
  hashPassword,
  inspectHash,
  safeVerifyToken,
  validateEmail,
  validatePassword,
  validateRegistration,
  validateUsername,
  verifyJws,
  verifyPassword,
  verifyToken,
} = bind(load);
export { TokenError } from "./api.js";
