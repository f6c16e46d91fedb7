// What is published: the files, their weight, the types, the README.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { weightsOf } from "../weigh.mjs";
import { installed, root, subpaths, tools, workshop } from "./installed.mjs";

const dist = join(installed, "dist");
const files = readdirSync(dist, { recursive: true }).filter((name) => /\.\w+$/.test(name));
const declarations = files.filter((name) => /\.d\.c?ts$/.test(name));

// What a visitor downloads, in bytes of gzip, and why no more: a form waits for `./validate`, an edge worker starts with
// `./verify`; `.` has all of it. `./strength` is three dictionaries, of which a page loads none until it is asked.
const LIMITS = { ".": 160_000, "./verify": 90_000, "./validate": 55_000, "./strength": 830_000, "./worker": 2_000, "./client": 6_000, "./inline": 200_000 };

for (const [subpath, { together }] of Object.entries(weightsOf(dist))) {
  test(`${subpath} weighs at most ${LIMITS[subpath] / 1000} kB in gzip, wasm, glue and entry together`, (context) => {
    context.diagnostic(`${(together.gzip / 1000).toFixed(1)} kB in gzip, ${(together.brotli / 1000).toFixed(1)} kB in brotli`);
    assert.ok(together.gzip <= LIMITS[subpath], `${together.gzip} bytes`);
  });
}

test("the README says what each import weighs", () => {
  const table = readFileSync(join(installed, "README.md"), "utf8").matchAll(/^\| `countersign(.*?)` \|.*\| ([\d.]+)\D*\|$/gm);
  const said = Object.fromEntries([...table].map(([, name, kilo]) => [`.${name}`, Number(kilo)]));
  const weights = Object.entries(weightsOf(dist)).map(([subpath, { together }]) => [subpath, together.gzip / 1000]);
  assert.deepEqual(Object.keys(said).sort(), weights.map(([subpath]) => subpath).sort());
  // Another zlib packs a little otherwise.
  for (const [subpath, kilo] of weights) assert.ok(Math.abs(said[subpath] - kilo) < 0.5, `${subpath}: ${said[subpath]} is said, ${kilo.toFixed(1)} is so`);
});

test("./client weighs at most 5 kB in brotli, bundled, and loads neither wasm nor what verifies by itself", (context) => {
  const bundled = execFileSync(process.execPath, [
    join(tools, "esbuild/bin/esbuild"), join(dist, "client/browser.js"), "--bundle", "--minify", "--format=esm", "--target=es2022",
    "--external:./claims.js", "--external:../verify/*",
  ]);
  const weight = brotliCompressSync(bundled).length;
  context.diagnostic(`${weight} bytes`);
  assert.ok(weight <= 5_000, `${weight} bytes`);
  assert.doesNotMatch(String(bundled), /WebAssembly|^import /m);
});

test("only what is meant to be is shipped, and nothing tells where it was built", () => {
  const top = readdirSync(installed).sort();
  assert.deepEqual(top, ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "LICENSE-THIRD-PARTY", "README.md", "dist", "package.json"]);
  const own = ["api.js", "browser.js", "edge-light.js", "index.d.cts", "index.d.ts", "node.cjs", "node.js", "workerd.js"];
  for (const { name, wasm, folder, scripts = [] } of subpaths) {
    const loaded = [...(wasm === undefined ? [] : [`${wasm}.js`, `${wasm}_bg.wasm`]), ...scripts.map((path) => basename(path))];
    const folders = name === "" ? [...subpaths.map(({ name }) => name).filter((name) => name !== ""), "core.wasm.d.ts", "inline", "types"] : [];
    assert.deepEqual(readdirSync(folder).sort(), [...own, ...loaded, ...folders].sort());
  }
  for (const name of files) {
    const text = readFileSync(join(dist, name), "latin1");
    for (const place of [root, "/.cargo/", "/home/", "/root/"]) assert.ok(!text.includes(place), `${name}: ${place}`);
  }
});

test("the notices of every crate that a wasm names are shipped", (context) => {
  const text = readFileSync(join(installed, "LICENSE-THIRD-PARTY"), "utf8");
  // What panics names its source file, so this is told by the wasms themselves.
  const named = new Set();
  for (const { wasm, folder } of subpaths) {
    if (wasm === undefined) continue;
    const bytes = readFileSync(join(folder, `${wasm}_bg.wasm`), "latin1");
    for (const [, name, version] of bytes.matchAll(/index\.crates\.io-[0-9a-f]+\/([a-z][a-z0-9_-]*)-(\d+\.\d+\.\d+)\/src\//g)) named.add(`${name} ${version}`);
  }
  context.diagnostic(`${named.size} crates, ${text.length} bytes`);
  assert.ok(named.size > 5, [...named].join());
  for (const crate of named) assert.match(text, new RegExp(`^${crate.replaceAll(".", "\\.")}$`, "m"));
  for (const notice of [
    /^zxcvbn \d.*\n    Copyright \(c\) .*Joshua Holmer/m, /^curve25519-dalek \d.*\n    Copyright .*\n(?:.*\n)*?.*Neither the name/m,
    /UNICODE LICENSE V3/, /Dan Wheeler and Dropbox/,
  ]) assert.match(text, notice);
  assert.ok(text.length < 60_000, `${text.length} bytes`);
});

test("no wasm asks for anything but what wasm-bindgen needs to pass values, and zxcvbn's the time", async () => {
  const known = [
    "__wbg___wbindgen_is_null", "__wbg___wbindgen_is_undefined", "__wbg___wbindgen_string_get", "__wbg___wbindgen_throw",
    "__wbindgen_cast", "__wbindgen_generic", "__wbindgen_init_externref_table",
  ];
  for (const { wasm, folder } of subpaths) {
    if (wasm === undefined) continue;
    const module = await WebAssembly.compile(readFileSync(join(folder, `${wasm}_bg.wasm`)));
    const imports = WebAssembly.Module.imports(module).map(({ name }) => name.replace(/_[0-9a-f]{16}$/, ""));
    const allowed = wasm === "strength" ? [...known, "unix_time_milliseconds_imported"] : known;
    assert.deepEqual(imports.filter((name) => !allowed.includes(name)), [], wasm);
  }
});

test("the declarations hold no any, and one union of codes", () => {
  const unions = declarations.filter((name) => {
    const text = readFileSync(join(dist, name), "utf8");
    assert.ok(!/\bany\b/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")), name);
    return /^export type Code = (\| "\w+" )*\| "password_too_common" /m.test(text);
  });
  assert.deepEqual(unions.sort(), ["types/common.d.cts", "types/common.d.ts"]);
});

const LENIENT = { skipLibCheck: false, noEmit: true, strict: true, exactOptionalPropertyTypes: true, types: [] };
for (const [name, file, settings] of [
  ["import, in a page", "use.mts", { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"] }],
  ["import, without the types of any platform", "use.mts", { module: "nodenext", lib: ["es2022"] }],
  ["require", "use.cts", { module: "nodenext", lib: ["es2022"] }],
]) {
  test(`tsc --strict takes the declarations: ${name}`, () => {
    const folder = workshop(`types-${file}-${settings.module}-${settings.lib.length}`);
    writeFileSync(join(folder, file), readFileSync(join(root, "wasm/tests/use.mts")));
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...LENIENT, ...settings }, files: [file] }));
    const tsc = spawnSync(process.execPath, [join(tools, "typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
    assert.equal(tsc.stdout + tsc.stderr, "");
    assert.equal(tsc.status, 0);
  });
}

test("publint and attw find nothing", () => {
  const tarball = join(root, "wasm", readdirSync(join(root, "wasm")).find((name) => name.endsWith(".tgz")));
  const run = (tool, ...args) => {
    const { bin } = JSON.parse(readFileSync(join(tools, tool, "package.json"), "utf8"));
    const program = join(tools, tool, typeof bin === "string" ? bin : Object.values(bin)[0]);
    const answer = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
    assert.equal(answer.status, 0, answer.stdout + answer.stderr);
    return answer.stdout;
  };
  assert.match(run("publint", installed, "--strict"), /All good/);
  // A wasm is no JavaScript, so there is nothing about it that this tool could resolve.
  const modules = subpaths.flatMap(({ wasm }) => (wasm === undefined ? [] : [`./${wasm}.wasm`]));
  run("@arethetypeswrong/cli", tarball, "--exclude-entrypoints", ...modules);
});

test("npm would publish it as it is, and warns of nothing but that nobody is logged in", () => {
  const env = { ...process.env, npm_config_update_notifier: "false", npm_config_cache: join(root, "target/npm-cache") };
  const { status, stdout, stderr } = spawnSync("npm", ["publish", "--dry-run", "--loglevel=warn"], { cwd: installed, encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\+ countersign@\d/m);
  const warnings = stderr.split("\n").filter((line) => line !== "" && !/ requires you to be logged in /.test(line));
  assert.deepEqual(warnings, []);
});

const READMES = [join(root, "wasm/README.md"), join(root, "README.md")].filter((path) => existsSync(path));
for (const path of READMES) {
  test(`the first example of ${path.slice(root.length)} runs as it stands`, () => {
    const [, example] = /```js\n([\s\S]+?)```/.exec(readFileSync(path, "utf8"));
    assert.equal(example.split("\n").filter((line) => line.trim() !== "").length, 8);
    const folder = workshop("readme");
    writeFileSync(join(folder, "example.mjs"), example);
    const printed = execFileSync(process.execPath, [join(folder, "example.mjs")], { encoding: "utf8" });
    const [, shown] = /```js[\s\S]+?```\n\n```\n([\s\S]+?)```/.exec(readFileSync(path, "utf8")) ?? [];
    if (shown === undefined) assert.match(printed, /ada@example\.com[\s\S]*true/);
    else assert.equal(printed, shown);
  });
}
