// Node, Deno and Bun: the wasm is a file beside this one.

import { readFileSync } from "node:fs";

import { bind } from "./api.js";
import * as glue from "./core.js";

async function load(input) {
  if (input === undefined) glue.initSync({ module: readFileSync(new URL("./core_bg.wasm", import.meta.url)) });
  else await glue.default({ module_or_path: input });
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
