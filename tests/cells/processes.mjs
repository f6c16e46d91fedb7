// Runtimes that are programs: each runs a module of the scratch folder and prints what its `run` resolves to.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { TOOLS } from "../tools/chromium.mjs";
import { missing, runtime } from "../tools/runtimes.mjs";
import { scratch, write } from "./scratch.mjs";

// The longest a cell may take on a machine that has much else to do.
export const PATIENCE_MS = 120_000;
const LONGEST_REPORT = 2 ** 28;

/** @param {string} run the file in the scratch folder that exports `run`: a module, or `.cjs` */
export function node(name, run = "run.mjs") {
  return program(name, [printing(run)]);
}

export function deno(run = "run.mjs") {
  const settings = ["--quiet", "--no-remote", "--no-config", "--no-prompt", "--node-modules-dir=manual", `--allow-read=${scratch}`, "--allow-net=127.0.0.1"];
  return program("Deno", ["run", ...settings, printing(run)]);
}

export function bun(run = "run.mjs") {
  return program("Bun", [printing(run)]);
}

function printing(run) {
  const taken = run.endsWith(".cjs") ? `const { run } = require("./${run}");` : `import { run } from "./${run}";`;
  return write(`print-${run}`, `${taken}\nrun().then((report) => console.log(JSON.stringify(report)));\n`);
}

async function program(name, args) {
  const reason = missing(name);
  if (reason !== null) throw new Error(reason);
  // Nothing of the person's settings: no NODE_OPTIONS, no caches outside of the tools.
  const env = { PATH: process.env.PATH, HOME: TOOLS, DENO_DIR: `${TOOLS}/home/deno`, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  const limits = { cwd: scratch, env, timeout: PATIENCE_MS, maxBuffer: LONGEST_REPORT };
  const { stdout, stderr } = await promisify(execFile)(runtime(name).path, args, limits);
  // A warning is a fault too: a user would see it at every start.
  if (stderr !== "") throw new Error(`${name} says: ${stderr}`);
  return JSON.parse(stdout);
}
