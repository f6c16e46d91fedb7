// What every entry shares, bundled into one file by the build.

export { bind } from "./bind.js";
export { TokenError } from "./refusals.js";
