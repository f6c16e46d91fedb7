// Tokens made by the package, looked at by it and by Node's own cryptography.

import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";

import { countersign, imported } from "./installed.mjs";

const now = 1_700_000_000;
const claims = { iss: "https://auth.example", sub: "123", aud: "default", iat: now, exp: now + 60, "größe": [1.5, null, { a: "\"\n" }] };
const secret = new TextEncoder().encode("forty bytes of a secret nobody will keep");
const pair = (kind, settings) => generateKeyPairSync(kind, settings).privateKey.export({ format: "jwk" });

const KEYS = {
  HS256: { kty: "oct", k: Buffer.from(secret).toString("base64url") },
  EdDSA: pair("ed25519"),
  ES256: pair("ec", { namedCurve: "P-256" }),
};

/** Whether the signature is good to Node. */
function holds(token, algorithm, jwk) {
  const end = token.lastIndexOf(".");
  const [content, signature] = [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), "base64url")];
  if (algorithm === "HS256") return createHmac("sha256", secret).update(content).digest().equals(signature);
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  return verify(algorithm === "EdDSA" ? null : "sha256", content, key, signature);
}

for (const [algorithm, jwk] of Object.entries(KEYS)) {
  test(`${algorithm}: what is signed is what was claimed, to this package and to Node`, async () => {
    const { d, ...other } = jwk;
    for (const kid of [undefined, "a \"name\"\n"]) {
      const token = countersign.signToken(claims, { ...jwk, kid });
      assert.ok(holds(token, algorithm, jwk));
      const settings = { algorithms: [algorithm], issuer: claims.iss, audience: claims.aud, now };
      const verified = countersign.verifyToken(token, { ...other, kid }, settings);
      assert.deepEqual(verified.claims, claims);
      assert.deepEqual(verified.header, { typ: "at+jwt", alg: algorithm, kid: kid ?? verified.header.kid });
      assert.match(verified.header.kid, kid === undefined ? /^[\w-]{16,43}$/ : /name/);
      assert.equal(await imported.signToken(claims, { ...jwk, kid }), token);
    }
    if (algorithm !== "HS256") assert.throws(() => countersign.signToken(claims, other), { name: "TypeError", code: "key_invalid" });
  });
}

test("a secret may be bytes", () => {
  assert.equal(countersign.signToken(claims, secret), countersign.signToken(claims, KEYS.HS256));
});

test("only own members are claimed, and those that are undefined are not", () => {
  const claimed = Object.assign(Object.create({ admin: true }), { sub: "1", role: undefined });
  assert.deepEqual(countersign.decodeToken(countersign.signToken(claimed, secret)).claims, { sub: "1" });
});

test("what is no claims or no private key is a TypeError", () => {
  const cyclic = {};
  cyclic.self = cyclic;
  const deep = (depth) => (depth === 0 ? 1 : { a: deep(depth - 1) });
  const noClaims = [undefined, null, 1, "{}", [], new Uint8Array(2), { a: 1n }, { a: NaN }, { a: () => 1 }, { a: "\ud800" }, { "\udfff": 1 }, { a: "x".repeat(16_384) }, { a: "x".repeat(131_073) }, deep(32), cyclic];
  for (const value of noClaims) assert.throws(() => countersign.signToken(value, secret), TypeError);
  assert.ok(countersign.signToken(deep(31), secret));

  const { EdDSA, ES256 } = KEYS;
  const halves = [{ ...EdDSA, x: pair("ed25519").x }, { ...ES256, d: pair("ec", { namedCurve: "P-256" }).d }];
  const noKeys = [undefined, null, "key", {}, [], new Uint8Array(31), { keys: [EdDSA] }, { ...ES256, use: "enc" }, { ...ES256, key_ops: ["verify"] }, { ...ES256, alg: "ES384" }, pair("ec", { namedCurve: "P-384" }), pair("rsa", { modulusLength: 2048 })];
  for (const key of [...halves, ...noKeys]) assert.throws(() => countersign.signToken(claims, key), TypeError);
  assert.ok(countersign.signToken(claims, secret));
});
