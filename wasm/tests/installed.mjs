// The package as a user has it: the tarball, installed by npm into a folder of its own.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { SUBPATHS } from "../subpaths.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const tools = join(process.env.COUNTERSIGN_TOOLS ?? join(root, ".tools"), "node/node_modules");

/** The folder that has the package in its node_modules. */
export const home = install(tarball());
export const installed = join(home, "node_modules/countersign");

const require = createRequire(join(home, "index.js"));

/** The module of the package as `import` gets it. */
export const imported = await import(pathToFileURL(join(home, "index.js")).href);
/** The same as `require` gets it. */
export const required = require("countersign");
/** The module of a subpath as `import` gets it. */
export const importOf = (name) => import(pathToFileURL(join(home, name === "" ? "index.js" : `${name}.js`)).href);
/** The same as `require` gets it. */
export const requireOf = (name) => require(specifierOf(name));
/** The synchronous object. */
export const countersign = await imported.init();

/** What build.mjs makes, and where of it. */
export const subpaths = SUBPATHS.map((subpath) => ({
  ...subpath,
  specifier: specifierOf(subpath.name),
  folder: join(installed, "dist", subpath.name),
}));

export function vectors(name) {
  return JSON.parse(readFileSync(join(root, "tests/vectors", `${name}.json`), "utf8"));
}

/** A folder of the test's own, with the package in its node_modules. */
export function workshop(name) {
  const folder = join(home, `${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function specifierOf(name) {
  return name === "" ? "countersign" : `countersign/${name}`;
}

function tarball() {
  const room = join(root, "wasm");
  const names = readdirSync(room).filter((name) => name.endsWith(".tgz"));
  if (names.length !== 1) throw new Error(`wasm/ holds ${names.length} tarballs; run \`make package\``);
  return join(room, names[0]);
}

// The test files run side by side: whoever is first to rename installs for all.
function install(tarball) {
  const digest = createHash("sha256").update(readFileSync(tarball)).digest("hex").slice(0, 16);
  const folders = join(root, "target/package-tests");
  const folder = join(folders, digest);
  if (existsSync(folder)) return folder;
  mkdirSync(folders, { recursive: true });
  const fresh = mkdtempSync(join(folders, "fresh-"));
  writeFileSync(join(fresh, "package.json"), `{ "private": true, "type": "module" }\n`);
  for (const { name } of SUBPATHS) {
    writeFileSync(join(fresh, `${name || "index"}.js`), `export * from ${JSON.stringify(specifierOf(name))};\n`);
  }
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--no-save", tarball], {
    cwd: fresh,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, npm_config_cache: join(fresh, ".npm") },
  });
  try {
    renameSync(fresh, folder);
  } catch (failure) {
    if (!existsSync(folder)) throw failure;
    rmSync(fresh, { recursive: true });
  }
  return folder;
}
