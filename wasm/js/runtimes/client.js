// The client fetches and loads no wasm, until it is asked to verify: then what finds the keys is loaded, and with it the
// verifying part of this package by the entry of the same runtime.

import { api } from "./api.js";

export const { NAMES } = api(() => Promise.all([import("./claims.js"), import("../verify/RUNTIME.js")]));
export { CLASSES } from "./api.js";
