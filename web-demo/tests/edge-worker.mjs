// The edge worker as its README has it installed, in workerd.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { TOOLS } from "../../tests/tools/chromium.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const tools = createRequire(join(TOOLS, "node", "package.json"));

// wrangler bundles in some seconds.
const PATIENCE_MS = 120_000;

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

/** As wrangler deploys it, by its own settings: the worker and the wasm that it imports. */
function bundle(folder) {
  const program = join(TOOLS, "node/node_modules/wrangler/bin/wrangler.js");
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, WRANGLER_SEND_METRICS: "false", CI: "1", NO_COLOR: "1" };
  const limits = { cwd: folder, env, timeout: PATIENCE_MS, stdio: ["ignore", "ignore", "inherit"] };
  execFileSync(process.execPath, [program, "deploy", "ahead.js", "--dry-run", "--outdir", "built"], limits);
  const kinds = { js: "ESModule", wasm: "CompiledWasm" };
  const kind = (name) => kinds[name.split(".").pop()];
  const read = (name) => ({ type: kind(name), path: name, contents: readFileSync(join(folder, "built", name)) });
  // The first module is the worker.
  return readdirSync(join(folder, "built")).filter(kind).sort((one) => (one === "ahead.js" ? -1 : 1)).map(read);
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
