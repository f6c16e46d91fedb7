// The subpaths of the package, as data: what build.mjs makes of them, and what package.json says of them.

/** How an entry is named after the runtime that takes it. */
export const RUNTIMES = ["node", "browser", "workerd", "edge-light"];

/**
 * One row for each subpath.
 *
 * `name` is also its folder in dist, where the entries lie beside what they load. `module`, of js/subpaths, says what it
 * exports and declares that. With `wasm`, the name of its file, it is built of the cargo feature of the module's name;
 * `fast` has core optimised for speed there, a third off each token for 2 kB of gzip that `.` has not to spare.
 * `template`, of js/runtimes, is what the entry of a runtime is made from: the words in capitals are filled in. `scripts`,
 * of js, are what it starts by address. `own` are names by which its modules call one another's parts, and nobody outside, so
 * that they can be shortened. A subpath that loads no wasm until it verifies has the template `client`.
 */
export const SUBPATHS = [
  { name: "", module: "whole", wasm: "core", template: loading },
  { name: "verify", module: "verify", wasm: "verify", template: loading, fast: true },
  { name: "validate", module: "validate", wasm: "validate", template: loading },
  { name: "strength", module: "strength", wasm: "strength", template: loading },
  { name: "worker", module: "worker", template: calling, scripts: ["worker/worker-script.js", "worker/thread-script.js"] },
  {
    name: "client", module: "client", template: verifying, scripts: ["client/claims.js"],
    own: [
      "alone", "begun", "callback", "emit", "listen", "loadVerify", "names", "outlives", "patience", "ready", "refresh", "remaining", "sync",
      "withToken",
    ],
  },
];

function loading(runtime) {
  return `wasm/${runtime}`;
}

function calling(runtime) {
  return runtime === "node" || runtime === "browser" ? `worker/${runtime}` : "worker/in-place";
}

function verifying() {
  return "client";
}

/** `.` once more, with its wasm in the module. */
export const INLINE = "inline";

/** The member `exports` of package.json. */
export function exportsOf(subpaths) {
  const entries = subpaths.map(({ name }) => [name === "" ? "." : `./${name}`, conditions(place(name))]);
  const modules = subpaths.flatMap(({ name, wasm }) => (wasm === undefined ? [] : [[`./${wasm}.wasm`, module(name, wasm)]]));
  return {
    ...Object.fromEntries(entries),
    [`./${INLINE}`]: inline(place(INLINE)),
    ...Object.fromEntries(modules),
    "./package.json": "./package.json",
  };
}

/** Where resolvers that know no `exports` find the declarations. */
export function typesVersionsOf(subpaths) {
  const names = [...subpaths.map(({ name }) => name).filter((name) => name !== ""), INLINE];
  return { "*": Object.fromEntries(names.map((name) => [name, [`${place(name)}/index.d.ts`]])) };
}

const place = (name) => (name === "" ? "./dist" : `./dist/${name}`);

const typesIn = (folder) => ({
  node: { require: `${folder}/index.d.cts`, default: `${folder}/index.d.ts` },
  default: `${folder}/index.d.ts`,
});

// The first that a runtime knows is taken. Wrangler knows `browser` too, and most know `worker`, so the narrower come first.
const conditions = (folder) => ({
  types: typesIn(folder),
  workerd: `${folder}/workerd.js`,
  "edge-light": `${folder}/edge-light.js`,
  deno: `${folder}/node.js`,
  bun: `${folder}/node.js`,
  node: { require: `${folder}/node.cjs`, default: `${folder}/node.js` },
  worker: `${folder}/browser.js`,
  browser: `${folder}/browser.js`,
  default: `${folder}/browser.js`,
});

// Where no wasm may be compiled at run time, text would be of no use, and the bundler hands over a module anyway.
const inline = (folder) => ({
  types: typesIn(folder),
  workerd: "./dist/workerd.js",
  "edge-light": "./dist/edge-light.js",
  node: { require: `${folder}/index.cjs`, default: `${folder}/index.js` },
  default: `${folder}/index.js`,
});

const module = (name, wasm) => ({ types: "./dist/core.wasm.d.ts", default: `${place(name)}/${wasm}_bg.wasm` });
