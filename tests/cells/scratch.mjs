// A folder in which the packed package is installed, with the suite beside it and an entry for every way of importing.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { home, installed, workshop } from "../../wasm/tests/install.mjs";
import { facts } from "./facts.mjs";

const SUITE = fileURLToPath(new URL("suite", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

/** What is no module to import. */
const FILES = ["./core.wasm", "./package.json"];

/** The subpaths that are modules: `.`, `./verify`, … */
export const SUBPATHS = Object.keys(exports).filter((subpath) => !FILES.includes(subpath));

/** The folder of this run. The package lies in `home`, above it. */
export const scratch = workshop("cells");
export { home };

process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
cpSync(SUITE, join(scratch, "suite"), { recursive: true });
write("facts.mjs", `export const facts = ${JSON.stringify(facts)};\n`);
entry("run.mjs");
entryForRequire("run.cjs");

/** Writes a file below the scratch folder and answers its path. */
export function write(name, text) {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/**
 * Writes the module that imports the package and exports `run`, which resolves to the report of the suite.
 *
 * @param {(subpath: string) => string} specifier how a subpath is imported: by name unless told otherwise
 */
export function entry(name, specifier = (subpath) => `countersign${subpath.slice(1)}`) {
  const imports = SUBPATHS.map((subpath, index) => `import * as module${index} from ${JSON.stringify(specifier(subpath))};\n`);
  const modules = SUBPATHS.map((subpath, index) => `${JSON.stringify(subpath)}: module${index}`);
  return write(
    name,
    `${imports.join("")}import { prove } from "./suite/index.mjs";
import { facts } from "./facts.mjs";
export const run = () => prove({ ${modules.join(", ")} }, facts);
`,
  );
}

/** The same by `require`, for the subpaths that have something for it. */
function entryForRequire(name) {
  const subpaths = SUBPATHS.filter((subpath) => target(subpath, ["node", "require", "default"]).endsWith(".cjs"));
  const modules = subpaths.map((subpath) => `${JSON.stringify(subpath)}: require("countersign${subpath.slice(1)}")`);
  write(
    name,
    `const modules = { ${modules.join(", ")} };
exports.run = async () => {
  const [{ prove }, { facts }] = await Promise.all([import("./suite/index.mjs"), import("./facts.mjs")]);
  return prove(modules, facts);
};
`,
  );
}

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

/** All files below a folder, by their path from it. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)));
}
