// Vercel's edge runtime: `?module` is how its bundler hands over a compiled module. That module is of another
// realm, where the `instanceof` in `initSync` fails, so the asynchronous way is taken.

import { api } from "./api.js";
import * as glue from "./core.js";
import wasm from "./core_bg.wasm?module";

async function load(input = wasm) {
  await glue.default({ module_or_path: input });
  return glue;
}

export const { NAMES } = api(load);
export { CLASSES } from "./api.js";
