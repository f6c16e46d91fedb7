// For places that can load no file: the wasm stands in this module, as text.

import { api } from "../api.js";
import * as glue from "../core.js";
import base64 from "./core.wasm.js";

async function load(input = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))) {
  await glue.default({ module_or_path: input });
  return glue;
}

export const { NAMES } = api(load);
export { CLASSES } from "../api.js";
