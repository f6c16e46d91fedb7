// What a visitor downloads, in kB (1,000 bytes), plain and compressed as servers do it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { INLINE, SUBPATHS } from "./subpaths.mjs";

/** The weights of each subpath of a built `dist` folder by part, in bytes: the wasm, wasm-bindgen's glue, our entry for browsers. */
export function weightsOf(dist) {
  const weights = SUBPATHS.map(({ name, wasm }) => {
    const parts = { wasm: [`${wasm}_bg.wasm`], glue: [`${wasm}.js`], entry: ["browser.js", "api.js"] };
    return [name === "" ? "." : `./${name}`, weightOf(join(dist, name), wasm === undefined ? { entry: parts.entry } : parts)];
  });
  const inline = { wasm: [`${INLINE}/core.wasm.js`], glue: ["core.js"], entry: [`${INLINE}/index.js`, "api.js"] };
  return Object.fromEntries([...weights, [`./${INLINE}`, weightOf(dist, inline)]]);
}

/** The same in kB for people. */
export function weigh(dist) {
  const kilo = (bytes) => Math.round(bytes / 100) / 10;
  const shown = ({ raw, gzip, brotli }) => `${kilo(raw)} / ${kilo(gzip)} / ${kilo(brotli)}`;
  return Object.fromEntries(
    Object.entries(weightsOf(dist)).map(([subpath, parts]) => [
      subpath,
      Object.fromEntries(Object.entries(parts).map(([part, weight]) => [`${part}, raw/gzip/brotli kB`, shown(weight)])),
    ]),
  );
}

function weightOf(folder, parts) {
  const each = Object.entries(parts).map(([part, names]) => [part, weightOfFiles(folder, names)]);
  return { ...Object.fromEntries(each), together: weightOfFiles(folder, Object.values(parts).flat()) };
}

// Each file is compressed by itself, as it is served.
function weightOfFiles(folder, names) {
  const total = { raw: 0, gzip: 0, brotli: 0 };
  for (const name of names) {
    const content = readFileSync(join(folder, name));
    total.raw += content.length;
    total.gzip += gzipSync(content, { level: 9 }).length;
    total.brotli += brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  }
  return total;
}
