// Makes the npm package: `node wasm/build.mjs` leaves it unpacked in wasm/pkg and packed beside it.
//
// A wasm for each subpath that has one, built by wasm-pack for `--target web` from one crate by its cargo features; the
// templates of js/runtimes decide how each runtime loads it (entries.mjs). Of what wasm-pack writes only the glue and
// the wasm are taken.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { writeEntries, writeInline, writeTypes } from "./entries.mjs";
import { notices } from "./notices.mjs";
import { SUBPATHS, exportsOf, typesVersionsOf } from "./subpaths.mjs";
import { weigh } from "./weigh.mjs";

const room = fileURLToPath(new URL(".", import.meta.url));
const root = join(room, "..");
const tools = process.env.COUNTERSIGN_TOOLS ?? join(root, ".tools");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
// Made beside and put in place at the end, so that nobody who reads wasm/pkg meanwhile sees half a package.
const pkg = join(root, "target/pkg.new");
const dist = join(pkg, "dist");

// What rustc 1.95 has on for wasm32 by itself, so that wasm-opt takes the module as it comes.
const WASM_FEATURES = ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];

const SHRINKING = [
  // Zeros that stay where they are compress better than segments that leave them out.
  "-Oz", "--converge", "--skip-pass=memory-packing", "--reorder-functions-by-name", "--strip-debug", "--strip-producers", "--strip-target-features",
  ...WASM_FEATURES.map((feature) => `--enable-${feature}`),
];
const FAST = ["--config", "profile.wasm-release.package.countersign-core.opt-level=3"];
// What zxcvbn's wasm imports goes into its glue.
const CLOCK = `--alias:zxcvbn=${join(room, "js/clock.js")}`;

rmSync(pkg, { recursive: true, force: true });
for (const { name } of SUBPATHS) mkdirSync(join(dist, name), { recursive: true });
const codes = await buildWasms();
for (const subpath of SUBPATHS) await writeEntries(subpath, dist, esbuild);
await writeInline(dist, esbuild);
writeTypes(dist, codes);
await writeFolder();
const tarball = await pack();
console.table(weigh(dist));
rmSync(join(room, "pkg"), { recursive: true, force: true });
renameSync(pkg, join(room, "pkg"));
console.log(`wasm/pkg and wasm/${tarball}`);

/**
 * Every wasm and its glue; answers the union of codes that the Rust enum gives (wasm/src/typescript.rs). Cargo writes
 * each to one and the same place, so they are built one after the other, while those before are still being shrunk.
 */
async function buildWasms() {
  const glueOf = (wasm) => join(target, "wasm-pack", wasm);
  const shrunk = [];
  for (const { name, module, wasm, fast } of SUBPATHS) {
    if (wasm === undefined) continue;
    await buildGlue(module, wasm, glueOf(wasm), fast ? FAST : []);
    const beside = join(dist, name, wasm);
    shrunk.push(shrink(join(glueOf(wasm), `${wasm}_bg.wasm`), `${beside}_bg.wasm`));
    shrunk.push(esbuild(join(glueOf(wasm), `${wasm}.js`), `${beside}.js`, "--bundle", "--minify", "--drop:console", "--format=esm", CLOCK));
  }
  await Promise.all(shrunk);
  const codes = /^export type Code =.*;$/m.exec(readFileSync(join(glueOf("core"), "core.d.ts"), "utf8"));
  if (!codes) throw new Error("wasm-bindgen wrote no union of codes");
  return codes[0];
}

function buildGlue(feature, wasm, folder, settings) {
  return run(join(tools, "rust/bin/wasm-pack"), [
    "build", room, "--target", "web", "--profile", "wasm-release", "--mode", "no-install",
    "--no-opt", "--no-pack", "--out-dir", folder, "--out-name", wasm,
    "--", "--no-default-features", "--features", feature, ...settings,
  ], {
    // wasm-pack finds wasm-bindgen by the path, and keeps its cache where git ignores it.
    PATH: join(tools, "rust/bin") + delimiter + process.env.PATH,
    WASM_PACK_CACHE: join(tools, "wasm-pack"),
    // Panics name source files; the folders of whoever builds have no place in what is shipped.
    CARGO_ENCODED_RUSTFLAGS: [`${cargoHome}/registry/src`, root].map((folder) => `--remap-path-prefix=${folder}=`).join("\x1f"),
  });
}

/** What was shrunk before is kept under the digest of what it was made of: this is most of the time that a build takes. */
async function shrink(from, to) {
  const digest = createHash("sha256").update(readFileSync(from)).update(String(SHRINKING)).digest("hex").slice(0, 16);
  const kept = join(target, "wasm-pack/shrunk", `${digest}.wasm`);
  if (!existsSync(kept)) {
    mkdirSync(dirname(kept), { recursive: true });
    await run(process.execPath, [join(tools, "node/node_modules/binaryen/bin/wasm-opt"), from, "-o", `${kept}.new`, ...SHRINKING]);
    renameSync(`${kept}.new`, kept);
  }
  copyFileSync(kept, to);
}

function esbuild(from, to, ...settings) {
  return run(join(tools, "node/node_modules/esbuild/bin/esbuild"), [
    from, `--outfile=${to}`, "--target=es2022", "--log-level=warning", ...settings,
  ]);
}

async function writeFolder() {
  const manifest = JSON.parse(readFileSync(join(room, "package.template.json"), "utf8"));
  manifest.version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
  manifest.exports = exportsOf(SUBPATHS);
  manifest.typesVersions = typesVersionsOf(SUBPATHS);
  writeFileSync(join(pkg, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(room, "README.md"), join(pkg, "README.md"));
  for (const name of readdirSync(root)) {
    if (name.startsWith("LICENSE")) copyFileSync(join(root, name), join(pkg, name));
  }
  appendFileSync(join(pkg, "LICENSE-THIRD-PARTY"), `\n${"-".repeat(80)}\n\n${await notices(run)}`);
}

async function pack() {
  for (const name of readdirSync(room)) {
    if (name.endsWith(".tgz")) rmSync(join(room, name));
  }
  const answer = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", room, pkg], {
    npm_config_cache: join(tools, "npm-cache"),
    npm_config_update_notifier: "false",
  });
  return JSON.parse(answer)[0].filename;
}

/** What the program prints; what it says of faults is shown, and ends the build where it fails. */
async function run(program, args, environment = {}) {
  const running = promisify(execFile)(program, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stderr.pipe(process.stderr);
  const { stdout } = await running.catch(({ code }) => {
    throw new Error(`${program} ended with ${code}`);
  });
  return stdout;
}
