// The package as a user has it, and beside it what is to import it.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A folder of this run's own, in which npm has installed the tarball; it goes with the process. */
export const scratch = install();
export const installed = join(scratch, "node_modules/countersign");

const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

/** The subpaths that are modules: `.`, `./verify`, … */
const SUBPATHS = Object.keys(exports).filter((subpath) => !/\.(wasm|json)$/.test(subpath));

function install() {
  const names = readdirSync(join(ROOT, "wasm")).filter((name) => name.endsWith(".tgz"));
  if (names.length !== 1) throw new Error(`wasm/ holds ${names.length} tarballs; run \`make package\``);
  mkdirSync(join(ROOT, "target/cells"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "target/cells/run-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), `{ "private": true, "type": "module" }\n`);
  const settings = ["--offline", "--no-audit", "--no-fund", "--no-save"];
  execFileSync("npm", ["install", ...settings, join(ROOT, "wasm", names[0])], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, npm_config_cache: join(folder, ".npm"), npm_config_update_notifier: "false" },
  });
  return folder;
}

/** Writes a file below the scratch folder and answers its path. */
export function write(name, text) {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/**
 * Writes a module that imports the package as `modules`, by subpath, and goes on as it is told.
 *
 * @param {string} then what it exports: `run`, which resolves to a report that JSON can carry
 * @param {(subpath: string) => string} specifier how a subpath is imported: by name unless told otherwise
 * @param {string[]} subpaths which: all unless told otherwise
 */
export function entry(name, then, specifier = byName, subpaths = SUBPATHS) {
  const imports = subpaths.map((subpath, index) => `import * as module${index} from ${JSON.stringify(specifier(subpath))};\n`);
  const modules = subpaths.map((subpath, index) => `${JSON.stringify(subpath)}: module${index}`);
  return write(name, `${imports.join("")}const modules = { ${modules.join(", ")} };\n${then}`);
}

/** The same by `require`, for which every subpath has to have something: what Node itself makes of a module is not asked for. */
export function entryForRequire(name, then) {
  for (const subpath of SUBPATHS) {
    const found = target(subpath, ["node", "require", "default"]);
    if (!found.endsWith(".cjs")) throw new Error(`${subpath} has nothing for require but ${found}`);
  }
  const modules = SUBPATHS.map((subpath) => `${JSON.stringify(subpath)}: require(${JSON.stringify(byName(subpath))})`);
  return write(name, `const modules = { ${modules.join(", ")} };\n${then}`);
}

const byName = (subpath) => `countersign${subpath.slice(1)}`;

/** How those who know no names of packages import a subpath: the file it leads to under these conditions. */
export const byFile = (conditions) => (subpath) => `./node_modules/countersign/${target(subpath, conditions).slice(2)}`;

function target(subpath, conditions) {
  const found = choose(exports[subpath], conditions);
  if (found === undefined) throw new Error(`${subpath} leads nowhere under ${conditions}`);
  return found;
}

// The first condition that holds decides, in the order of the package, as Node's documentation of `exports` has it.
function choose(choice, conditions) {
  if (typeof choice === "string") return choice;
  const inner = Object.entries(choice).filter(([condition]) => conditions.includes(condition));
  return inner.map(([, then]) => choose(then, conditions)).find((found) => found !== undefined);
}

/** Copies a folder of modules into the scratch folder, under its own name. */
export function bring(folder) {
  cpSync(folder, join(scratch, basename(folder)), { recursive: true });
}

/** All files below a folder, by their path from it. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => extname(name) !== "");
}
