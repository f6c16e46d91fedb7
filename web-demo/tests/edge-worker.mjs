// The edge worker as its README has it installed, in workerd.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { TOOLS } from "../../tests/tools/chromium.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const tools = createRequire(join(TOOLS, "node", "package.json"));

// The worker reads the clock of its runtime. This sets that clock ahead by what the last request says.
const AHEAD = `
import worker from "./worker.js";
const clock = Date.now;
let ahead = 0;
Date.now = () => clock() + ahead * 1000;
export default {
  fetch(request, env, context) {
    ahead = Number(request.headers.get("x-seconds-ahead") ?? ahead);
    return worker.fetch(request, env, context);
  },
};
`;

/** Starts the worker for the server at this address; whoever has it ends it. */
export async function startWorker(origin) {
  const folder = mkdtempSync(join(ROOT, "target", "edge-worker-"));
  try {
    cpSync(join(ROOT, "web-demo", "edge"), folder, { recursive: true });
    writeFileSync(join(folder, "ahead.js"), AHEAD);
    install(folder);
    return runWorker(bundle(folder), settings(folder, origin), folder);
  } catch (failure) {
    rmSync(folder, { recursive: true, force: true });
    throw failure;
  }
}

/** As the worker's README says it is done from a checkout. */
function install(folder) {
  const [tarball] = readdirSync(join(ROOT, "wasm")).filter((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("wasm/ holds no tarball: run `make package` first.");
  const env = { ...process.env, npm_config_cache: join(folder, ".npm") };
  const flags = ["--offline", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...flags, join(ROOT, "wasm", tarball)], { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
}

/** One module and the wasm that it imports, with the conditions that wrangler sets. */
function bundle(folder) {
  const esbuild = join(TOOLS, "node/node_modules/esbuild/bin/esbuild");
  execFileSync(esbuild, [
    "ahead.js", "--bundle", "--format=esm", "--target=es2022", "--outdir=built", "--log-level=warning",
    "--conditions=workerd,worker,browser", "--loader:.wasm=copy", "--external:cloudflare:*",
  ], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const kinds = { js: "ESModule", wasm: "CompiledWasm" };
  const read = (name) => ({ type: kinds[name.split(".").pop()], path: name, contents: readFileSync(join(folder, "built", name)) });
  return readdirSync(join(folder, "built")).sort().map(read);
}

/** What wrangler.jsonc says, but for where the server is. */
function settings(folder, origin) {
  const text = readFileSync(join(folder, "wrangler.jsonc"), "utf8");
  const { compatibility_date: compatibilityDate, vars } = JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
  return { compatibilityDate, bindings: { ...vars, AUTH_URL: origin, AUTH_ISSUER: "countersign" } };
}

async function runWorker(modules, { compatibilityDate, bindings }, folder) {
  const { Miniflare } = tools("miniflare");
  const runtime = new Miniflare({ modules, compatibilityDate, bindings, cf: false });
  await runtime.ready;
  return {
    /** Asks for the notes by this token, so many seconds ahead of the present. */
    async notes(token, ahead = 0) {
      const headers = { "x-seconds-ahead": String(ahead), ...(token && { authorization: `Bearer ${token}` }) };
      const answer = await runtime.dispatchFetch("http://edge.example/notes", { headers });
      return { status: answer.status, headers: answer.headers, ...(await answer.json()) };
    },
    async end() {
      await runtime.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
