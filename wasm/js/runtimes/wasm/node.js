// Node, Deno and Bun: the wasm is a file beside this one.

import { readFileSync } from "node:fs";

import { api } from "./api.js";
import * as glue from "./core.js";

async function load(input) {
  if (input === undefined) glue.initSync({ module: readFileSync(new URL("./core_bg.wasm", import.meta.url)) });
  else await glue.default({ module_or_path: input });
  return glue;
}

export const { NAMES } = api(load);
export { CLASSES } from "./api.js";
