// A folder beside the installed package, for what is to import it.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

import { home, installed, workshop } from "../../wasm/tests/install.mjs";

const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

/** What is no module to import. */
const FILES = ["./core.wasm", "./package.json"];

/** The subpaths that are modules: `.`, `./verify`, … */
export const SUBPATHS = Object.keys(exports).filter((subpath) => !FILES.includes(subpath));

/** The folder of this run. The package lies in `home`, above it. */
export const scratch = workshop("cells");
export { home };

process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Writes a file below the scratch folder and answers its path. */
export function write(name, text) {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/**
 * Writes a module that imports all of the package as `modules`, by subpath, and goes on as it is told.
 *
 * @param {string} then what it exports: `run`, which resolves to a report that JSON can carry
 * @param {(subpath: string) => string} specifier how a subpath is imported: by name unless told otherwise
 */
export function entry(name, then, specifier = byName) {
  const imports = SUBPATHS.map((subpath, index) => `import * as module${index} from ${JSON.stringify(specifier(subpath))};\n`);
  const modules = SUBPATHS.map((subpath, index) => `${JSON.stringify(subpath)}: module${index}`);
  return write(name, `${imports.join("")}const modules = { ${modules.join(", ")} };\n${then}`);
}

/** The same by `require`, for the subpaths that have something for it. */
export function entryForRequire(name, then) {
  const subpaths = SUBPATHS.filter((subpath) => target(subpath, ["node", "require", "default"]).endsWith(".cjs"));
  const modules = subpaths.map((subpath) => `${JSON.stringify(subpath)}: require(${JSON.stringify(byName(subpath))})`);
  return write(name, `const modules = { ${modules.join(", ")} };\n${then}`);
}

const byName = (subpath) => `countersign${subpath.slice(1)}`;

/** How those who know no names of packages import a subpath: the file it leads to under these conditions. */
export const byFile = (conditions) => (subpath) => `../node_modules/countersign/${target(subpath, conditions).slice(2)}`;

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
