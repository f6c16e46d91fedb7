// Pages and workers: the wasm is fetched from beside this file, or from what `init` is handed.

import { bind } from "./api.js";
import * as glue from "./core.js";

async function load(input = new URL("./core_bg.wasm", import.meta.url)) {
  await glue.default({ module_or_path: input });
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
