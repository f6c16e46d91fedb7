// What is published: the files, their weight, the types, the README.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { weightsOf } from "../weigh.mjs";
import { installed, root, tools, workshop } from "./installed.mjs";

const dist = join(installed, "dist");

test("the package weighs at most 120 kB in gzip, wasm, glue and entry together", (context) => {
  const { together } = weightsOf(dist);
  context.diagnostic(`${(together.gzip / 1000).toFixed(1)} kB in gzip, ${(together.brotli / 1000).toFixed(1)} kB in brotli`);
  assert.ok(together.gzip <= 120_000, `${together.gzip} bytes`);
});

test("only what is meant to be is shipped, and nothing tells where it was built", () => {
  const top = readdirSync(installed).sort();
  assert.deepEqual(top, ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "LICENSE-THIRD-PARTY", "README.md", "dist", "package.json"]);
  assert.deepEqual(readdirSync(dist).sort(), [
    "api.js", "browser.js", "core.js", "core.wasm.d.ts", "core_bg.wasm", "edge-light.js", "index.d.cts", "index.d.ts",
    "node.cjs", "node.js", "workerd.js",
  ]);
  for (const name of readdirSync(dist)) {
    const text = readFileSync(join(dist, name), "latin1");
    for (const place of [root, "/.cargo/", "/home/", "/root/"]) assert.ok(!text.includes(place), `${name}: ${place}`);
  }
});

test("the wasm asks for nothing but what wasm-bindgen needs to pass values", async () => {
  const module = await WebAssembly.compile(readFileSync(join(dist, "core_bg.wasm")));
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name.replace(/_[0-9a-f]{16}$/, ""));
  const known = ["__wbg___wbindgen_is_null", "__wbg___wbindgen_is_undefined", "__wbg___wbindgen_string_get", "__wbg___wbindgen_throw", "__wbindgen_init_externref_table"];
  assert.deepEqual(imports.sort(), known);
});

test("the declarations hold no any, and one union of codes", () => {
  for (const name of ["index.d.ts", "index.d.cts", "core.wasm.d.ts"]) {
    const code = readFileSync(join(dist, name), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    assert.ok(!/\bany\b/.test(code), name);
  }
  const types = readFileSync(join(dist, "index.d.ts"), "utf8");
  assert.equal(types.match(/^export type Code =/gm).length, 1);
  assert.match(types, /\| "password_too_common" \|/);
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
  // `core.wasm` is no JavaScript, so there is nothing about it that this tool could resolve.
  run("@arethetypeswrong/cli", tarball, "--exclude-entrypoints", "./core.wasm");
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
