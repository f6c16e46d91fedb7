// The JavaScript and the declarations of the package: entries made from one template for each runtime (js/runtimes).

import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { INLINE, RUNTIMES, SUBPATHS } from "./subpaths.mjs";

// Entries that others come by while they run, by their place in dist.
const ENTRIES = ["--external:../browser.js", "--external:../node.js"];

const js = fileURLToPath(new URL("js/", import.meta.url));

/** The entries of a subpath, and beside them what they share, as one small file. */
export async function writeEntries({ name, module, wasm, template, scripts = [], own = [] }, dist, esbuild) {
  const folder = join(dist, name);
  const shortened = own.length > 0 ? [`--mangle-props=^(${own.join("|")})$`] : [];
  await bundle(join(js, "subpaths", `${module}.js`), join(folder, "api.js"), esbuild, shortened);
  for (const script of scripts) await bundle(join(js, script), join(folder, basename(script)), esbuild);
  const names = await namesOf(module);
  for (const runtime of RUNTIMES) {
    const text = filled(template(runtime), names).replaceAll("RUNTIME", runtime).replaceAll("./core", `./${wasm}`);
    writeFileSync(join(folder, `${runtime}.js`), text);
  }
  await writeForRequire(join(folder, "node.js"), join(folder, "node.cjs"), esbuild);
}

/** `.` with its wasm in a module of its own, by the glue and all else that `.` has. */
export async function writeInline(dist, esbuild) {
  const folder = join(dist, INLINE);
  mkdirSync(folder);
  const base64 = readFileSync(join(dist, "core_bg.wasm"), "base64");
  writeFileSync(join(folder, "core.wasm.js"), `export default ${JSON.stringify(base64)};\n`);
  writeFileSync(join(folder, "index.js"), filled(INLINE, await namesOf("whole")));
  await writeForRequire(join(folder, "index.js"), join(folder, "index.cjs"), esbuild);
}

const bundle = (from, to, esbuild, settings = []) =>
  esbuild(from, to, "--bundle", "--minify", "--format=esm", "--platform=neutral", "--external:node:*", ...ENTRIES, ...settings);

/** What a subpath exports: what its `api` makes, and the classes that stand beside it. */
async function namesOf(module) {
  const { api, ...rest } = await import(join(js, "subpaths", `${module}.js`));
  const classes = Object.keys(rest).filter((name) => /^[A-Z]/.test(name));
  return { names: Object.keys(api(() => undefined)).sort(), classes: classes.sort() };
}

/** A template with the words in capitals filled in. Its comments stay here: a visitor would have to download them. */
function filled(template, { names, classes }) {
  const source = readFileSync(join(js, "runtimes", `${template}.js`), "utf8").replace(/^ *\/\/.*\n/gm, "").trimStart();
  const text = source.replace("NAMES", names.join(", "));
  return classes.length > 0 ? text.replace("CLASSES", classes.join(", ")) : text.replace(/^export \{ CLASSES \}.*\n/m, "");
}

/** An entry once more for `require`, as one file, with the address that CommonJS modules lack. */
function writeForRequire(from, to, esbuild) {
  return esbuild(
    from, to, "--bundle", "--platform=node", "--format=cjs", "--external:../verify/*", "--external:./claims.js",
    "--define:import.meta.url=moduleUrl",
    `--banner:js=const moduleUrl = require("node:url").pathToFileURL(__filename).href;`,
  );
}

/**
 * The declarations, with the union of codes. Each is written once more for `require`, where a declaration of a module
 * would not be taken.
 */
export function writeTypes(dist, codes) {
  mkdirSync(join(dist, "types"));
  for (const name of readdirSync(join(js, "types"))) {
    write(join(dist, "types", name), readFileSync(join(js, "types", name), "utf8").replace("/* codes */", codes));
  }
  for (const { name, module } of [...SUBPATHS, { name: INLINE, module: INLINE }]) {
    const text = readFileSync(join(js, "subpaths", `${module}.d.ts`), "utf8");
    write(join(dist, name, "index.d.ts"), name === "" ? text.replaceAll('"../types/', '"./types/') : text);
  }
  copyFileSync(join(js, "core.wasm.d.ts"), join(dist, "core.wasm.d.ts"));
}

function write(path, text) {
  writeFileSync(path, text);
  writeFileSync(path.replace(/\.ts$/, ".cts"), text.replace(/(from "\.[^"]+)\.js"/g, '$1.cjs"'));
}
