// The vectors that native holds to, once more through the package.

import assert from "node:assert/strict";
import { test } from "node:test";

import { countersign, vectors } from "./installed.mjs";

const PASSWORD_MIN_LENGTH = { least: 8, most: 128 };

/** What a vector of a form says should come out. */
const expected = ({ valid, value, code, field }, name) =>
  valid ? { ok: true, value } : { ok: false, field: field ?? name, code };

/** A verdict without the sentence, which vectors do not fix. */
function found(verdict) {
  if (verdict.ok) return verdict;
  assert.equal(verdict.issues.length, 1);
  assert.match(verdict.issues[0].message, /^[A-Z].*\.$/);
  return { ok: false, field: verdict.issues[0].field, code: verdict.issues[0].code };
}

function everyCase(name, check) {
  test(name, () => {
    const { cases } = vectors(name);
    assert.ok(cases.length > 40);
    for (const vector of cases) check(vector);
  });
}

for (const [name, validate] of [
  ["email", countersign.validateEmail],
  ["username", countersign.validateUsername],
]) {
  everyCase(name, (vector) => {
    assert.deepEqual(found(validate(vector.input)), expected(vector, name), JSON.stringify(vector.input));
  });
}

everyCase("password", (vector) => {
  const { input, min_length: passwordMinLength, username, email } = vector;
  const settings = { passwordMinLength, username, email };
  const { least, most } = PASSWORD_MIN_LENGTH;
  if (passwordMinLength < least || passwordMinLength > most) {
    assert.throws(() => countersign.validatePassword(input, settings), TypeError);
    return;
  }
  for (const password of [input, new TextEncoder().encode(input)]) {
    const verdict = countersign.validatePassword(password, settings);
    assert.deepEqual(found(verdict), expected(vector, "password"), JSON.stringify(vector));
  }
});

// Fields that stand in a registration alone. Empty there means absent, so the vectors for it do not apply.
const WHOLE = { username: "ada", email: "ada@example.com", password: "analytical engine" };
for (const name of ["name", "phone"]) {
  everyCase(name, (vector) => {
    const field = vector.field ?? name;
    const verdict = countersign.validateRegistration({ ...WHOLE, [field]: vector.input });
    const outcome = verdict.ok ? { ok: true, value: verdict.value[field] } : found(verdict);
    const wanted = vector.input === "" ? { ok: true, value: undefined } : expected(vector, field);
    assert.deepEqual(outcome, wanted, JSON.stringify(vector.input));
  });
}

everyCase("phc", (vector) => {
  const { input, valid, code } = vector;
  if (!valid) {
    assert.throws(() => countersign.inspectHash(input), { code }, input);
    assert.throws(() => countersign.verifyPassword(input, "password"), { code }, input);
    return;
  }
  assert.deepEqual(countersign.inspectHash(input), {
    algorithm: "argon2id",
    m: vector.memory_kib,
    t: vector.iterations,
    p: vector.parallelism,
    needsRehash: vector.needs_rehash,
  });
  if (vector.password !== undefined) {
    assert.equal(countersign.verifyPassword(input, vector.password), vector.matches, input);
  }
});

test("what is hashed is what the vectors say is stored", () => {
  const salt = new Uint8Array(16).fill(7);
  const cheap = { memoryKib: 8, iterations: 1, salt };
  const changed = vectors("password").cases.filter(({ valid, input, value }) => valid && input !== value);
  assert.ok(changed.length > 10);
  for (const { input, value } of changed) {
    const hash = countersign.hashPassword(input, cheap);
    assert.equal(hash, countersign.hashPassword(value, cheap));
    assert.ok(countersign.verifyPassword(hash, new TextEncoder().encode(input)));
    assert.ok(!countersign.verifyPassword(hash, `${value}.`));
  }
});

// By hand, and made by make_asymmetric.py.
const JWS = [vectors("jws"), vectors("asymmetric")];

test("jws: signatures, RFC 7515 A.1 to A.3 and RFC 8037 A.4 among them", () => {
  const signatures = JWS.flatMap(({ signatures }) => signatures);
  for (const appendix of ["RFC 7515 appendix A.1", "RFC 7515 appendix A.2", "RFC 7515 appendix A.3", "RFC 8037 appendix A.4"]) {
    assert.ok(signatures.some(({ name, ok }) => ok && name.startsWith(appendix)), appendix);
  }
  for (const { name, token, keys, algorithms, ok, payload, code } of signatures) {
    const verify = () => countersign.verifyJws(token, keys, { algorithms });
    if (ok) assert.equal(new TextDecoder("utf-8", { fatal: true }).decode(verify().payload), payload, name);
    else assert.throws(verify, { name: "TokenError", code }, name);
  }
});

test("jws: keys", () => {
  const keys = JWS.flatMap(({ keys }) => keys);
  // Any token will do: only a key that is taken is asked about it.
  const verify = (key) => countersign.verifyJws("eyJhbGciOiJIUzI1NiJ9.e30.AA", key, { algorithms: ["HS256"] });
  let asked = 0;
  for (const { name, json, ok } of keys) {
    let key;
    try {
      key = JSON.parse(json);
    } catch {
      continue;
    }
    // `JSON.parse` keeps one of two members of a name, so there is no fault left to find.
    if (name.startsWith("a name twice")) continue;
    asked += 1;
    assert.throws(() => verify(key), ok ? { name: "TokenError" } : TypeError, name);
  }
  assert.ok(asked > 170);
});

test("jwt", () => {
  const { cases } = vectors("jwt");
  let asked = 0;
  for (const vector of cases) {
    const { name, token, keys, algorithms, issuer, audience, now, profile, ok, header, claims, code, claim } = vector;
    // The package asks for an audience always, and only for the claims of RFC 9068.
    const ours = profile === "countersign" && ["jti", "sid", "auth_time", "amr"].includes(claim);
    if (audience === null || ours) continue;
    asked += 1;
    const verify = () => countersign.verifyToken(token, keys, { algorithms, issuer, audience, now });
    if (ok) {
      assert.deepEqual(verify(), { claims, header }, name);
    } else if (algorithms.length === 0) {
      assert.throws(verify, TypeError, name);
    } else {
      assert.throws(verify, { name: "TokenError", code, claim }, name);
      const { error } = countersign.safeVerifyToken(token, keys, { algorithms, issuer, audience, now });
      assert.match(error.wwwAuthenticate, /^Bearer error="invalid_token", error_description="[^"\\]+"$/);
    }
  }
  assert.ok(asked > 230);
});

everyCase("json", ({ text, hex, ok }) => {
  const payload = hex === undefined ? Buffer.from(text) : Buffer.from(hex, "hex");
  const token = `e30.${payload.toString("base64url")}.`;
  // Claims are an object; the vectors hold other JSON values too.
  const isObject = ok && /^\s*\{/.test(payload.toString());
  if (isObject) assert.deepEqual(countersign.decodeToken(token).claims, JSON.parse(text), text);
  else assert.throws(() => countersign.decodeToken(token), { name: "TokenError", code: "token_malformed" });
});
