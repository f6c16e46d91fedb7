// What a visitor downloads, in kB (1,000 bytes), plain and compressed as servers do it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// The wasm, wasm-bindgen's glue, and our entry for browsers with all that it imports.
const WASM = ["core_bg.wasm"];
const GLUE = ["core.js"];
const ENTRY = ["browser.js", "api.js"];

/** The weights of a built `dist` folder by part, in bytes. */
export function weightsOf(dist) {
  const parts = { wasm: WASM, glue: GLUE, entry: ENTRY, together: [...WASM, ...GLUE, ...ENTRY] };
  return Object.fromEntries(Object.entries(parts).map(([part, names]) => [part, weightOf(dist, names)]));
}

/** The same in kB for people. */
export function weigh(dist) {
  const kilo = (bytes) => Math.round(bytes / 100) / 10;
  return Object.fromEntries(
    Object.entries(weightsOf(dist)).map(([part, weight]) => [
      part,
      Object.fromEntries(Object.entries(weight).map(([form, bytes]) => [`${form} kB`, kilo(bytes)])),
    ]),
  );
}

// Each file is compressed by itself, as it is served.
function weightOf(dist, names) {
  const total = { raw: 0, gzip: 0, brotli: 0 };
  for (const name of names) {
    const content = readFileSync(join(dist, name));
    total.raw += content.length;
    total.gzip += gzipSync(content, { level: 9 }).length;
    total.brotli += brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  }
  return total;
}
