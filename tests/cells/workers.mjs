// Runtimes at the edge: a module that answers a request with the report, run by workerd and by edge-runtime.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

import { TOOLS } from "../tools/chromium.mjs";
import { PATIENCE_MS } from "./processes.mjs";
import { filesBelow, installed, scratch, write } from "./scratch.mjs";

const require = createRequire(join(TOOLS, "node", "package.json"));

// Later than any date that a flag of the runtime which the package could need came with; the runtime knows it.
const COMPATIBILITY_DATE = "2026-04-01";

/** Module by module, as workerd is given them: nothing between it and the package but the choice of conditions. */
export function workerd(run = "run-workerd.mjs") {
  const first = write(`worker-${run}`, answering(run));
  const own = filesBelow(scratch).filter((file) => !/^(built|node_modules|\.npm)\//.test(file)).map((file) => join(scratch, file));
  const dist = filesBelow(join(installed, "dist")).map((file) => join(installed, "dist", file));
  const paths = [first, ...[...own, ...dist].filter((path) => path !== first && isModule(path))];
  return answeredByWorkerd(paths.map((path) => asModule(path, scratch)));
}

/** As wrangler bundles it for a deployment, where the condition `browser` holds too. */
export async function wrangler(run = "run.mjs") {
  const name = run.replace(".mjs", "");
  const settings = { name: "cell", main: write(`worker-${name}.mjs`, answering(run)), compatibility_date: COMPATIBILITY_DATE };
  const folder = dirname(write(`built/wrangler-${name}/wrangler.json`, JSON.stringify(settings)));
  const program = join(TOOLS, "node/node_modules/wrangler/bin/wrangler.js");
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, WRANGLER_SEND_METRICS: "false", CI: "1", NO_COLOR: "1" };
  const limits = { cwd: folder, env, timeout: PATIENCE_MS };
  await promisify(execFile)(process.execPath, [program, "deploy", "--dry-run", "--outdir", "out"], limits);
  const out = join(folder, "out");
  // The bundle is the worker; the modules beside it are compiled wasm.
  const first = `worker-${name}.js`;
  const files = [first, ...filesBelow(out).filter((file) => file !== first && isModule(file))];
  return answeredByWorkerd(files.map((file) => asModule(join(out, file), out)));
}

function answering(run) {
  return `import { run } from "./${run}";\nexport default { async fetch() { return Response.json(await run()); } };\n`;
}

const MODULE_TYPES = { wasm: "CompiledWasm", mjs: "ESModule", js: "ESModule" };
const extension = (path) => path.split(".").pop();
const isModule = (path) => extension(path) in MODULE_TYPES;

const asModule = (path, root) => ({ type: MODULE_TYPES[extension(path)], path: relative(root, path), contents: readFileSync(path) });

async function answeredByWorkerd(modules) {
  const { Miniflare } = require("miniflare");
  const host = new Miniflare({ modules, compatibilityDate: COMPATIBILITY_DATE, cf: false });
  try {
    const answer = await host.dispatchFetch("http://cell.example/");
    if (!answer.ok) throw new Error(await answer.text());
    return await answer.json();
  } finally {
    await host.dispose();
  }
}

/**
 * As Vercel builds and runs it: bundled into one script, each `….wasm?module` a compiled module of another realm, and no
 * compiling at run time.
 */
export async function edgeRuntime() {
  const { EdgeRuntime } = require("edge-runtime");
  const wasm = new Map();
  const answering = `addEventListener("fetch", (event) => event.respondWith(run().then((report) => Response.json(report))));`;
  const file = write("edge.mjs", `import { run } from "./run.mjs";\n${answering}\n`);
  const { outputFiles } = await require("esbuild").build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "iife",
    conditions: ["edge-light", "worker", "browser"],
    plugins: [{ name: "wasm", setup: (build) => handOver(build, wasm) }],
    logLevel: "silent",
  });
  const compiled = await Promise.all([...wasm].map(async ([path, name]) => [name, await WebAssembly.compile(readFileSync(path))]));
  const runtime = new EdgeRuntime({
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, Object.fromEntries(compiled)),
    initialCode: outputFiles[0].text,
  });
  const answer = await runtime.dispatchFetch("http://cell.example/");
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

function handOver(build, wasm) {
  build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
    const file = join(resolveDir, path.replace("?module", ""));
    if (!wasm.has(file)) wasm.set(file, `wasm_${wasm.size}`);
    return { path: file, namespace: "wasm" };
  });
  build.onLoad({ filter: /.*/, namespace: "wasm" }, ({ path }) => ({ contents: `export default globalThis.${wasm.get(path)};` }));
}
