// Pages and workers: the wasm is fetched from beside this file, or from what `init` is handed.

import { api } from "./api.js";
import * as glue from "./core.js";

async function load(input = new URL("./core_bg.wasm", import.meta.url)) {
  await glue.default({ module_or_path: input });
  return glue;
}

export const { NAMES } = api(load);
export { CLASSES } from "./api.js";
