// Cloudflare Workers: compiling at run time is forbidden there, so the bundler hands over a compiled module.

import { api } from "./api.js";
import * as glue from "./core.js";
import wasm from "./core_bg.wasm";

async function load(input = wasm) {
  glue.initSync({ module: input });
  return glue;
}

export const { NAMES } = api(load);
export { CLASSES } from "./api.js";
