// The same functions in a worker: a thread in Node. What a page does with it, the demo's and the cells' tests show.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { countersign, home, importOf, imported, installed, requireOf } from "./installed.mjs";

const worker = await importOf("worker");
const settings = { algorithms: ["HS256"], issuer: "https://auth.example", audience: "default" };
const secret = new Uint8Array(32);
const cheap = { memoryKib: 8, iterations: 1 };

/** Runs a program in a process of its own, and answers what it prints until it ends by itself. */
function program(text, ...flags) {
  const args = [...flags, "--input-type=module", "--eval", text];
  return execFileSync(process.execPath, args, { cwd: home, encoding: "utf8", timeout: 60_000 }).trim();
}

/** The names of the functions, those of groups too. */
const paths = (tree) =>
  Object.entries(tree).flatMap(([name, branch]) => (typeof branch === "function" ? [name] : Object.keys(branch).map((inner) => `${name}.${inner}`)));

test("the worker has every operation of `.`", async () => {
  const operations = paths(countersign).sort();
  assert.deepEqual(paths(await worker.init()).sort(), operations);
  assert.deepEqual(paths(worker).sort(), ["TokenError", "init", ...operations].sort());
  assert.ok(Object.isFrozen(await worker.init()));
});

test("it answers what `.` answers", async () => {
  const form = { username: "ada", email: "Ada@Example.com", password: "short" };
  assert.deepEqual(await worker.validateRegistration(form), countersign.validateRegistration(form));
  const hash = await worker.hashPassword("analytical engine", cheap);
  assert.ok(await worker.verifyPassword(hash, new TextEncoder().encode("analytical engine")));
  assert.deepEqual(await worker.inspectHash(hash), countersign.inspectHash(hash));
  const { verifyPassword } = await requireOf("worker").init();
  assert.ok(await verifyPassword(hash, "analytical engine"));
});

test("errors come back as what they were", async () => {
  const refused = (error) => error instanceof worker.TokenError && error instanceof imported.TokenError && error.code === "token_malformed";
  await assert.rejects(worker.verifyToken("x", secret, settings), refused);
  const { ok, error } = await worker.safeVerifyToken("x", secret, settings);
  assert.ok(!ok && refused(error));
  assert.equal(error.wwwAuthenticate, countersign.safeVerifyToken("x", secret, settings).error.wwwAuthenticate);
  const expired = countersign.safeVerifyToken("x", secret, settings).error;
  assert.equal(error.message, expired.message);
  const wrong = (code) => ({ name: "TypeError", code });
  await assert.rejects(worker.hashPassword(5), wrong("invalid_type"));
  await assert.rejects(worker.safeVerifyToken("x", 5, settings), wrong("invalid_type"));
  await assert.rejects(worker.inspectHash("\ud800"), wrong("invalid_characters"));
  for (const uncloneable of [() => "ada", Symbol("ada")]) {
    await assert.rejects(worker.validateEmail(uncloneable), wrong("invalid_type"));
    await assert.rejects(worker.validateRegistration({ email: uncloneable }), wrong("invalid_type"));
  }
  const thrower = { get email() { throw new RangeError("mine"); } };
  await assert.rejects(worker.validateRegistration(thrower), RangeError);
  assert.ok((await worker.validateEmail("ada@example.com")).ok);
});

test("what is no wasm rejects and spoils nothing, and is not looked at once there is one", () => {
  const text = `
    import { init, validateEmail } from "countersign/worker";
    for (const input of [5, {}, new Uint8Array(8)]) {
      const error = await init(input).then(() => ({ message: "loaded" }), (error) => error);
      console.log(error.constructor.name, error.code, error.message);
    }
    console.log((await validateEmail("ada@example.com")).ok, (await init(5)) === (await init()));`;
  const [number, object, bytes, after] = program(text).split("\n");
  for (const value of [number, object]) assert.match(value, /^Error undefined WebAssembly\.instantiate\(\): Argument 0 must be a buffer source/);
  assert.match(bytes, /^Error undefined WebAssembly\.instantiate\(\): expected magic word/);
  assert.equal(after, "true true");
});

test("a page's worker is sent nothing before it listens, and then what was meant", async (context) => {
  const sent = [];
  let made;
  globalThis.Worker = class {
    constructor() {
      made = this;
    }

    postMessage([id, name, args]) {
      sent.push([name, ...structuredClone(args)]);
      queueMicrotask(() => this.onmessage({ data: [id, "value", name] }));
    }
  };
  context.after(() => delete globalThis.Worker);
  const page = await import(pathToFileURL(join(installed, "dist/worker/browser.js")).href);
  const password = Uint8Array.of(1, 2, 3);
  const answers = [page.hashPassword(password), page.validateEmail("ada@example.com")];
  password.fill(0);
  assert.deepEqual(sent, []);
  made.onmessage({ data: "listening" });
  assert.deepEqual(await Promise.all(answers), ["hashPassword", "validateEmail"]);
  assert.deepEqual(sent, [["hashPassword", Uint8Array.of(1, 2, 3)], ["validateEmail", "ada@example.com"]]);
  assert.equal(await page.validateUsername("ada"), "validateUsername");
  await assert.rejects(page.validateEmail(() => "ada"), { name: "TypeError", code: "invalid_type" });
});

test("arguments are read when the call is made", async () => {
  const password = new TextEncoder().encode("analytical engine");
  const pending = worker.hashPassword(password, cheap);
  password.fill(0);
  assert.ok(countersign.verifyPassword(await pending, "analytical engine"));
});

test("hashing leaves the thread that asks free", async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await worker.hashPassword("analytical engine", { iterations: 16 });
  clearInterval(timer);
  assert.ok(turns > 20, `${turns} turns`);
});

test("a process ends once it waits for no answer", () => {
  const text = `
    import { hashPassword, inspectHash } from "countersign/worker";
    const hash = await hashPassword("x", { memoryKib: 8 });
    console.log((await inspectHash(hash)).m);`;
  assert.equal(program(text), "8");
});

test("a worker that fails rejects what waits for it, and the next call starts another", () => {
  const text = `
    import { Worker } from "node:worker_threads";
    import { validateEmail } from "countersign/worker";
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message) {
      Worker.prototype.postMessage = postMessage;
      this.once("exit", () => this.emit("error", new Error("gone"))).terminate();
    };
    console.log(await validateEmail("ada@example.com").catch((error) => error.message));
    console.log((await validateEmail("ada@example.com")).ok);`;
  assert.equal(program(text), "The worker of countersign failed: gone\ntrue");
});

test("where there are no workers the functions answer where they are called", () => {
  const hook = `export async function load(url, context, next) {
    if (!/_bg\\.wasm/.test(url)) return next(url, context);
    const path = JSON.stringify(new URL(url).pathname);
    const source = "import { readFileSync } from 'node:fs'; export default new WebAssembly.Module(readFileSync(" + path + "));";
    return { format: "module", source, shortCircuit: true };
  }`;
  for (const condition of ["workerd", "edge-light"]) {
    const text = `
      import { register } from "node:module";
      register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
      const { init, TokenError, verifyToken } = await import("countersign/worker");
      const core = await init();
      const refused = await verifyToken("x", new Uint8Array(32), ${JSON.stringify(settings)}).catch((error) => error);
      console.log(await core.validateUsername("ada").then(({ ok }) => ok), refused instanceof TokenError, Object.isFrozen(core));`;
    assert.equal(program(text, `--conditions=${condition}`), "true true true", condition);
  }
});

test("the worker of a page stands beside its entry, and is named as bundlers look for it", () => {
  const folder = join(installed, "dist/worker");
  assert.match(readFileSync(join(folder, "browser.js"), "utf8"), /new Worker\(new URL\("\.\/worker-script\.js", import\.meta\.url\), \{ type: "module" \}\)/);
  // A stand-in for the worker's global scope, since Node has none.
  const text = `
    import { readFileSync } from "node:fs";
    globalThis.fetch = async (url) => new Response(readFileSync(url), { headers: { "Content-Type": "application/wasm" } });
    globalThis.self = { postMessage: (message) => console.log(JSON.stringify(message)) };
    await import(${JSON.stringify(pathToFileURL(join(folder, "worker-script.js")).href)});
    await self.onmessage({ data: [1, "init", []] });
    await self.onmessage({ data: [2, "validateEmail", ["Ada@Example.com"]] });
    await self.onmessage({ data: [3, "validateEmail", [5]] });`;
  const printed = program(text).split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(printed.slice(0, 3), ["listening", [1, "value"], [2, "value", { ok: true, value: "ada@example.com" }]]);
  assert.deepEqual(printed[3].slice(0, 3), [3, "argument", "invalid_type"]);
});
