// Runtimes that are programs: each runs a file that prints the report.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { TOOLS } from "../tools/chromium.mjs";
import { missing, runtime } from "../tools/runtimes.mjs";
import { home, scratch, write } from "./scratch.mjs";

// The longest a cell may take on a machine that has much else to do.
export const PATIENCE_MS = 120_000;

const PRINT = "run().then((report) => console.log(JSON.stringify(report)));\n";
const IMPORTING = write("print.mjs", `import { run } from "./run.mjs";\n${PRINT}`);
const REQUIRING = write("print.cjs", `const { run } = require("./run.cjs");\n${PRINT}`);

/** @param {"import" | "require"} style */
export function node(name, style) {
  // A warning is a fault too: a user would see it at every start.
  return program(name, ["--throw-deprecation", style === "import" ? IMPORTING : REQUIRING]);
}

export function deno() {
  const settings = ["--quiet", "--no-remote", "--no-config", "--no-prompt", "--node-modules-dir=manual", `--allow-read=${home}`];
  return program("Deno", ["run", ...settings, IMPORTING]);
}

export function bun() {
  return program("Bun", [IMPORTING]);
}

async function program(name, args) {
  const reason = missing(name);
  if (reason !== null) throw new Error(reason);
  // Nothing of the person's settings: no NODE_OPTIONS, no caches outside of the tools.
  const env = { PATH: process.env.PATH, HOME: TOOLS, DENO_DIR: `${TOOLS}/home/deno`, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  const { stdout } = await promisify(execFile)(runtime(name).path, args, { cwd: scratch, env, timeout: PATIENCE_MS });
  return JSON.parse(stdout);
}
