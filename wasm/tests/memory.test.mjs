// What calls leave behind in the wasm's memory, and how much of it they take.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { countersign, home, installed, vectors } from "./installed.mjs";

// The glue that the package itself loaded: a second `initSync` answers the instance there is.
const glue = await import(pathToFileURL(join(installed, "dist/core.js")).href);
const { memory } = glue.initSync();

const MIB = 1024 * 1024;
const OWASP_MEMORY = 19 * MIB;
// What everything but Argon2 takes: the module's data, its stack, and what the allocator holds.
const REST = 2 * MIB;

const traces = (text) => Buffer.from(memory.buffer).includes(text);

test("no password and no key is left in the wasm's memory", () => {
  const password = "Zanzibar-qX7-not-in-any-list";
  const secret = "a-secret-of-hs256-that-nobody-else-has";
  const jwk = { kty: "oct", k: Buffer.from(secret).toString("base64url") };
  const token = "eyJhbGciOiJIUzI1NiJ9.e30.AA";
  const hs256 = { algorithms: ["HS256"] };
  const hash = countersign.hashPassword(password, { memoryKib: 64, iterations: 1 });
  const calls = [
    () => countersign.validatePassword(password),
    () => countersign.validatePassword(`${password}é`, { username: `${password}é` }),
    () => countersign.validateRegistration({ username: "ada", email: "ada@example.com", password: `${password}é` }),
    () => countersign.validateRegistration({ username: "ada", email: "-", password }),
    () => countersign.hashPassword(password, { memoryKib: 64, iterations: 1 }),
    () => countersign.hashPassword(`${password}é`, { memoryKib: 64, iterations: 1 }),
    () => countersign.verifyPassword(hash, password),
    () => countersign.verifyPassword(hash, `${password}.`),
    () => countersign.verifyJws(token, Buffer.from(secret), hs256),
    () => countersign.verifyJws(token, jwk, hs256),
    () => countersign.verifyJws(token, { keys: [jwk] }, hs256),
  ];
  for (const call of calls) {
    try {
      call();
    } catch (error) {
      assert.equal(error.code, "token_signature_invalid");
    }
    for (const needle of [password, secret, jwk.k]) assert.ok(!traces(needle.slice(0, 16)), String(call));
  }
});

test("hashing takes the memory of one hash, however often", () => {
  for (let round = 0; round < 40; round += 1) {
    const hash = countersign.hashPassword(`round ${round}`);
    if (round % 10 === 0) assert.ok(countersign.verifyPassword(hash, `round ${round}`));
    assert.ok(memory.buffer.byteLength <= OWASP_MEMORY + REST, `${memory.buffer.byteLength / MIB} MiB in round ${round}`);
  }
});

test("forms and tokens take none that they do not give back", () => {
  const { cases } = vectors("jwt");
  const passwords = vectors("password").cases;
  const round = () => {
    for (const { token, keys, algorithms, issuer, now } of cases) {
      if (algorithms.length > 0) countersign.safeVerifyToken(token, keys, { algorithms, issuer, audience: "default", now });
    }
    for (const { input } of passwords) {
      countersign.validateRegistration({ username: input, email: input, password: input, name: input, phone: 5 });
    }
  };
  round();
  const before = memory.buffer.byteLength;
  for (let times = 0; times < 40; times += 1) round();
  assert.equal(memory.buffer.byteLength, before);
});

test("what is longer than any value can be is refused before it reaches the wasm", () => {
  const before = memory.buffer.byteLength;
  const huge = "a".repeat(64 * MIB);
  const bytes = new TextEncoder().encode(huge);
  const issue = { code: "too_long", message: "This field is too long." };
  for (const verdict of [countersign.validateEmail(huge), countersign.validateUsername(huge), countersign.validatePassword(bytes)]) {
    assert.deepEqual(verdict.issues.map(({ field, ...rest }) => rest), [issue]);
  }
  const { issues } = countersign.validateRegistration({ username: huge, email: huge, password: bytes, name: huge, phone: huge });
  assert.deepEqual(issues.map(({ field }) => field), ["username", "email", "password", "name", "phone"]);
  const hs256 = { algorithms: ["HS256"] };
  for (const call of [
    () => countersign.hashPassword(huge),
    () => countersign.verifyPassword("", bytes),
    () => countersign.inspectHash(huge),
    () => countersign.decodeToken(huge),
    () => countersign.verifyJws("", bytes, hs256),
    () => countersign.verifyJws("", { kty: huge }, hs256),
    () => countersign.verifyJws("", { keys: Array(100).fill({ kty: huge.slice(0, 100_000) }) }, hs256),
    () => countersign.verifyJws("", { keys: new Array(2 ** 30) }, hs256),
  ]) {
    assert.throws(call, { name: "TypeError", code: "too_long" }, String(call));
  }
  assert.equal(memory.buffer.byteLength, before);
});

test("the longest values are judged by the core and given back", () => {
  const longest = "é".repeat(131_072);
  const round = () => {
    const { issues } = countersign.validateRegistration({ username: longest, email: longest, password: longest, name: longest });
    assert.deepEqual(issues.map(({ code }) => code), ["invalid_characters", "invalid_characters", "too_long", "too_long"]);
    assert.throws(() => countersign.decodeToken(longest), { code: "token_malformed" });
    assert.throws(() => countersign.inspectHash(longest), { code: "hash_malformed" });
    assert.ok(!countersign.verifyPassword(countersign.hashPassword("x", { memoryKib: 8 }), longest));
  };
  round();
  const before = memory.buffer.byteLength;
  for (let times = 0; times < 20; times += 1) round();
  assert.equal(memory.buffer.byteLength, before);
});

test("what a hash was made of is wiped, however costly it was", () => {
  // All but Argon2's blocks, which would be nearly free of zeros.
  const written = () => Buffer.from(memory.buffer).reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0);
  countersign.hashPassword("x", { memoryKib: 8 });
  const before = written();
  const settings = [{}, { memoryKib: 8 }, { memoryKib: 24_576, iterations: 1 }, { parallelism: 4 }, {}];
  for (const each of settings) {
    const hash = countersign.hashPassword("x", each);
    assert.ok(written() < before + 8_192, `${written()} bytes after ${JSON.stringify(each)}, ${before} before`);
    assert.ok(countersign.verifyPassword(hash, "x"));
    assert.ok(written() < before + 8_192, `${written()} bytes after verifying ${JSON.stringify(each)}, ${before} before`);
  }
});

test("a hash that there is no memory for is refused, and others still work", () => {
  const text = `
    import { init } from "countersign";
    const { hashPassword, verifyPassword } = await init();
    const large = "$argon2id$v=19$m=262144,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for (const call of [() => hashPassword("x", { memoryKib: 262_144 }), () => verifyPassword(large, "x")]) {
      try { call(); } catch (error) { console.log(error instanceof TypeError, error.code); }
    }
    console.log(verifyPassword(hashPassword("x"), "x"));`;
  // 64 MiB for each wasm.
  const flags = ["--wasm-max-mem-pages=1024", "--input-type=module", "--eval", text];
  const printed = execFileSync(process.execPath, flags, { cwd: home, encoding: "utf8" });
  assert.equal(printed, "true hash_too_costly\ntrue hash_too_costly\ntrue\n");
});
