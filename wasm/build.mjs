// Makes the npm package: `node wasm/build.mjs` leaves it unpacked in wasm/pkg and packed beside it.
//
// One wasm, built by wasm-pack for `--target web`; the entries of js/ decide how each runtime loads it. Of
// what wasm-pack writes only the glue and the wasm are taken.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { weigh } from "./weigh.mjs";

const room = fileURLToPath(new URL(".", import.meta.url));
const root = join(room, "..");
const tools = process.env.COUNTERSIGN_TOOLS ?? join(root, ".tools");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
const glueFolder = join(target, "wasm-pack");
// Made beside and put in place at the end, so that nobody who reads wasm/pkg meanwhile sees half a package.
const pkg = join(root, "target/pkg.new");
const dist = join(pkg, "dist");

// What rustc 1.95 has on for wasm32 by itself, so that wasm-opt takes the module as it comes.
const WASM_FEATURES = ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];

const ENTRIES = ["node.js", "browser.js", "workerd.js", "edge-light.js"];

buildGlue();
rmSync(pkg, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
shrinkWasm();
writeEntries();
writeEntryForRequire();
writeTypes();
writeFolder();
const tarball = pack();
console.table(weigh(dist));
rmSync(join(room, "pkg"), { recursive: true, force: true });
renameSync(pkg, join(room, "pkg"));
console.log(`wasm/pkg and wasm/${tarball}`);

function buildGlue() {
  run(join(tools, "rust/bin/wasm-pack"), [
    "build", room, "--target", "web", "--profile", "wasm-release", "--mode", "no-install",
    "--no-opt", "--no-pack", "--out-dir", glueFolder, "--out-name", "core",
  ], {
    // wasm-pack finds wasm-bindgen by the path, and keeps its cache where git ignores it.
    PATH: join(tools, "rust/bin") + delimiter + process.env.PATH,
    WASM_PACK_CACHE: join(tools, "wasm-pack"),
    // Panics name source files; the folders of whoever builds have no place in what is shipped.
    CARGO_ENCODED_RUSTFLAGS: [`${cargoHome}/registry/src`, root].map((folder) => `--remap-path-prefix=${folder}=`).join("\x1f"),
  });
}

function shrinkWasm() {
  run(process.execPath, [
    join(tools, "node/node_modules/binaryen/bin/wasm-opt"),
    join(glueFolder, "core_bg.wasm"), "-o", join(dist, "core_bg.wasm"),
    "-Oz", "--converge", "--strip-debug", "--strip-producers", "--strip-target-features",
    ...WASM_FEATURES.map((feature) => `--enable-${feature}`),
  ]);
}

/** The glue and all that the entries share, each as one small file; the entries themselves as they are. */
function writeEntries() {
  esbuild(join(glueFolder, "core.js"), join(dist, "core.js"), "--minify", "--format=esm");
  esbuild(join(room, "js/api.js"), join(dist, "api.js"), "--bundle", "--minify", "--format=esm");
  for (const entry of ENTRIES) copyFileSync(join(room, "js", entry), join(dist, entry));
}

/** The entry for Node once more for `require`, as one file, with the address that CommonJS modules lack. */
function writeEntryForRequire() {
  esbuild(
    join(dist, "node.js"), join(dist, "node.cjs"), "--bundle", "--platform=node", "--format=cjs",
    "--define:import.meta.url=moduleUrl",
    `--banner:js=const moduleUrl = require("node:url").pathToFileURL(__filename).href;`,
  );
}

function esbuild(from, to, ...settings) {
  run(join(tools, "node/node_modules/esbuild/bin/esbuild"), [
    from, `--outfile=${to}`, "--target=es2022", "--log-level=warning", ...settings,
  ]);
}

/** The declarations, with the union of codes that the Rust enum gives (wasm/src/typescript.rs). */
function writeTypes() {
  const codes = /^export type Code =.*;$/m.exec(readFileSync(join(glueFolder, "core.d.ts"), "utf8"));
  if (!codes) throw new Error("wasm-bindgen wrote no union of codes");
  const types = readFileSync(join(room, "js/index.d.ts"), "utf8").replace("/* codes */", codes[0]);
  writeFileSync(join(dist, "index.d.ts"), types);
  writeFileSync(join(dist, "index.d.cts"), types);
  copyFileSync(join(room, "js/core.wasm.d.ts"), join(dist, "core.wasm.d.ts"));
}

function writeFolder() {
  const manifest = JSON.parse(readFileSync(join(room, "package.template.json"), "utf8"));
  manifest.version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
  writeFileSync(join(pkg, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(room, "README.md"), join(pkg, "README.md"));
  for (const name of readdirSync(root)) {
    if (name.startsWith("LICENSE")) copyFileSync(join(root, name), join(pkg, name));
  }
}

function pack() {
  for (const name of readdirSync(room)) {
    if (name.endsWith(".tgz")) rmSync(join(room, name));
  }
  const answer = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", room, pkg], {
    npm_config_cache: join(tools, "npm-cache"),
    npm_config_update_notifier: "false",
  });
  return JSON.parse(answer)[0].filename;
}

function run(program, args, environment = {}) {
  return execFileSync(program, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}
