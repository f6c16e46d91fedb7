// How each runtime comes by the wasm.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { countersign, home, importOf, imported, installed, requireOf, required, root, subpaths } from "./installed.mjs";

const dist = join(installed, "dist");
const wasm = readFileSync(join(dist, "core_bg.wasm"));

/** Runs a program in a process of its own, so that nothing is loaded yet, and answers what it prints. */
function program(text, ...flags) {
  const args = [...flags, "--input-type=module", "--eval", text];
  return execFileSync(process.execPath, args, { cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

for (const { name, specifier, folder, module } of subpaths) {
  test(`import and require of ${specifier} export the same names, and so does every other entry`, async () => {
    const { api, ...rest } = await import(join(root, "wasm/js/subpaths", `${module}.js`));
    const classes = Object.keys(rest).filter((name) => /^[A-Z]/.test(name));
    const names = [...Object.keys(api(() => undefined)), ...classes].sort();
    assert.deepEqual(Object.keys(await importOf(name)).sort(), names);
    assert.deepEqual(Object.keys(requireOf(name)).sort(), names);
    for (const entry of ["browser", "workerd", "edge-light"]) {
      const text = readFileSync(join(folder, `${entry}.js`), "utf8");
      const [, listed] = /export const \{([^}]+)\} = \w+\(/.exec(text);
      const [, classed = ""] = /export \{ ([^}]+) \} from/.exec(text) ?? [];
      const exported = [...listed.split(","), ...classed.split(",")].map((name) => name.trim()).filter(Boolean);
      assert.deepEqual(exported.sort(), names, entry);
    }
  });
}

test("what a subpath exports is what `.` exports by that name, but for what it has a wasm of its own for", async () => {
  const { TokenError, ...rest } = await importOf("verify");
  for (const name of Object.keys({ ...rest, ...(await importOf("validate")) })) assert.ok(name in imported, name);
  assert.deepEqual(Object.keys(await importOf("strength")).sort(), ["init", "passwordStrength"]);
  assert.deepEqual(Object.keys(await import(pathToFileURL(join(dist, "inline/index.js")).href)), Object.keys(imported));
});

test("./inline needs no file", () => {
  const text = `
    import { readFileSync } from "node:fs";
    globalThis.fetch = () => { throw new Error("fetched"); };
    const { init, validateEmail } = await import("countersign/inline");
    console.log((await validateEmail("Ada@Example.com")).value, (await init()).validateUsername("ada").ok);`;
  assert.equal(program(text), "ada@example.com true");
  const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.doesNotMatch(readFileSync(join(installed, exports["./inline"].default), "utf8"), /node:|_bg\.wasm/);
});

test("every operation has an asynchronous twin that initialises itself", () => {
  const text = `
    import { validateEmail, hashPassword, verifyPassword } from "countersign";
    const [email, hash] = await Promise.all([validateEmail("Ada@Example.com"), hashPassword("x", { memoryKib: 8 })]);
    console.log(email.value, await verifyPassword(hash, "x"));`;
  assert.equal(program(text), "ada@example.com true");
});

test("require works in a CommonJS module of its own, without a warning", () => {
  const text = `
    const { init, verifyToken, TokenError } = require("countersign");
    init().then(async (core) => {
      const refused = await verifyToken("x", new Uint8Array(32), { algorithms: ["HS256"], issuer: "i", audience: "a" }).catch((e) => e);
      console.log(core.validateEmail("Ada@Example.com").value, refused instanceof TokenError, refused.code);
    });`;
  const options = { cwd: home, encoding: "utf8" };
  const answer = execFileSync(process.execPath, ["--throw-deprecation", "--input-type=commonjs", "--eval", text], options);
  assert.equal(answer.trim(), "ada@example.com true token_malformed");
});

test("a TokenError of import is one of require too, and nothing else is", async () => {
  const refusal = (module) => module.verifyToken("x", new Uint8Array(32), { algorithms: ["HS256"], issuer: "i", audience: "a" }).catch((error) => error);
  for (const error of [await refusal(imported), await refusal(required)]) {
    for (const { TokenError } of [imported, required]) {
      assert.ok(error instanceof TokenError);
      assert.ok(!(error instanceof class extends TokenError {}));
    }
    assert.ok(error instanceof Error);
    assert.equal(error.name, "TokenError");
  }
  for (const other of [undefined, null, 5, "x", {}, new Error("x"), Object.create(null), { constructor: null }]) {
    assert.ok(!(other instanceof imported.TokenError));
  }
});

test("init resolves to one and the same frozen object, whose functions need no this", async () => {
  assert.equal(await imported.init(), await imported.init());
  assert.ok(Object.isFrozen(countersign));
  const { validateEmail } = countersign;
  assert.ok(validateEmail("ada@example.com").ok);
});

test("init takes bytes, a compiled module or a promise of one", () => {
  const path = JSON.stringify(join(dist, "core_bg.wasm"));
  for (const input of ["bytes", "bytes.buffer", "new WebAssembly.Module(bytes)", "WebAssembly.compile(bytes)", "new Response(bytes, { headers: { 'Content-Type': 'application/wasm' } })"]) {
    const text = `
      import { readFileSync } from "node:fs";
      import { init } from "countersign";
      const bytes = new Uint8Array(readFileSync(${path}));
      console.log((await init(${input})).validateEmail("ada@example.com").ok);`;
    assert.equal(program(text), "true", input);
  }
});

test("what is no wasm rejects, and the next call loads it after all", () => {
  const text = `
    import { init, validateEmail } from "countersign";
    for (const input of [5, null, {}, new Uint8Array(8), new Response("gone", { status: 404 })]) {
      await init(input).then(() => console.log("loaded"), () => {});
    }
    console.log((await validateEmail("ada@example.com")).ok);`;
  assert.equal(program(text), "true");
});

test("the entry for browsers fetches, and tries again after a failed fetch", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/core_bg.wasm") response.setHeader("Content-Type", "application/wasm").end(wasm);
    else response.writeHead(503).end("not now");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const text = `
    import { init, validateEmail } from ${JSON.stringify(pathToFileURL(join(dist, "browser.js")).href)};
    console.log(await init("${origin}/away").catch((error) => /503/.test(error.message)));
    console.log((await init(new URL("${origin}/core_bg.wasm"))).validateEmail("ada@example.com").ok);
    console.log((await validateEmail("ada@example.com")).ok);`;
  // Not `program`, which would block the server too.
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", text]);
  const { stdout } = await run.finally(() => server.close());
  assert.equal(stdout.trim(), "true\ntrue\ntrue");
});

test("the entry for browsers fetches the file beside it when it is told nothing", () => {
  // Node's fetch reads no files; a page's would ask the server.
  const text = `
    import { readFileSync } from "node:fs";
    globalThis.fetch = async (url) => new Response(readFileSync(url), { headers: { "Content-Type": "application/wasm" } });
    const { init } = await import(${JSON.stringify(pathToFileURL(join(dist, "browser.js")).href)});
    console.log((await init()).validateEmail("ada@example.com").ok);`;
  assert.equal(program(text), "true");
});

// Node does not import wasm as those bundlers do, so a hook stands in for them.
const hook = (file) => `export async function load(url, context, next) {
  if (!url.endsWith(${JSON.stringify(file)})) return next(url, context);
  const path = JSON.stringify(new URL(url).pathname);
  const source = "import { readFileSync } from 'node:fs'; export default new WebAssembly.Module(readFileSync(" + path + "));";
  return { format: "module", source, shortCircuit: true };
}`;

for (const [condition, file] of [["workerd", "/core_bg.wasm"], ["edge-light", "/core_bg.wasm?module"]]) {
  test(`the condition ${condition} leads to the entry that is handed a compiled module`, () => {
    const text = `
      import { register } from "node:module";
      register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook(file))}`)});
      const { init, validateEmail } = await import("countersign");
      console.log(import.meta.resolve("countersign").split("/").pop());
      console.log((await validateEmail("ada@example.com")).ok, (await init()).validateUsername("ada").ok);`;
    assert.equal(program(text, `--conditions=${condition}`), `${condition}.js\ntrue true`);
  });
}

for (const { specifier } of subpaths) {
  test(`the conditions of ${specifier} lead each runtime to its entry`, () => {
    const text = `console.log(import.meta.resolve(${JSON.stringify(specifier)}).split("/").pop());`;
    const entries = { deno: "node.js", bun: "node.js", node: "node.js", workerd: "workerd.js", "edge-light": "edge-light.js" };
    for (const [condition, entry] of Object.entries(entries)) assert.equal(program(text, `--conditions=${condition}`), entry);
    const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    const conditions = exports[specifier.replace("countersign", ".")];
    const order = ["types", "workerd", "edge-light", "deno", "bun", "node", "worker", "browser", "default"];
    assert.deepEqual(Object.keys(conditions), order);
    assert.deepEqual(Object.keys(conditions.node), ["require", "default"]);
    for (const condition of ["worker", "browser", "default"]) assert.match(conditions[condition], /\/browser\.js$/);
  });
}

test("countersign/core.wasm and the others are the modules, and nothing else inside is within reach", () => {
  const modules = subpaths.flatMap(({ wasm }) => (wasm === undefined ? [] : [`countersign/${wasm}.wasm`]));
  assert.ok(modules.length >= 4);
  const text = `
    import { readFileSync } from "node:fs";
    const modules = ${JSON.stringify(modules)}.map((name) => readFileSync(new URL(import.meta.resolve(name))));
    console.log(modules.every((module) => WebAssembly.validate(module)), new Set(modules.map(String)).size === modules.length);
    console.log(await import("countersign/dist/core.js").catch((error) => error.code));`;
  assert.equal(program(text), "true true\nERR_PACKAGE_PATH_NOT_EXPORTED");
});
