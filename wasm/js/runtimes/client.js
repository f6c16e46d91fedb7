// The client fetches and loads no wasm, until it is asked to verify: then the verifying part of this package is taken
// by the entry of the same runtime.

import { api } from "./api.js";

export const { NAMES } = api(() => import("../verify/RUNTIME.js"));
export { CLASSES } from "./api.js";
