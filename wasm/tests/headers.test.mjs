// The header of a token that is good: read once where many have it, and each caller's own nonetheless.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { countersign } from "./installed.mjs";

const now = 1_700_000_000;
const secret = new Uint8Array(32).fill(7);
const expected = { algorithms: ["HS256"], issuer: "us", audience: "default", now };
const part = (text) => Buffer.from(text).toString("base64url");

function headerOf(header, subject = "1") {
  const content = `${part(header)}.${part(JSON.stringify({ iss: "us", sub: subject, aud: "default", iat: now, exp: now + 60 }))}`;
  const token = `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
  const verified = countersign.verifyToken(token, secret, expected);
  assert.equal(verified.claims.sub, subject);
  return verified.header;
}

test("what one caller does to a header is not seen by another", () => {
  const plain = '{"alg":"HS256","typ":"at+jwt","kid":"a"}';
  const first = headerOf(plain);
  Object.assign(first, { kid: "b", admin: true });
  assert.deepEqual(headerOf(plain, "2"), { alg: "HS256", typ: "at+jwt", kid: "a" });

  const nested = '{"alg":"HS256","typ":"at+jwt","x5c":["a",["b"]],"jwk":{"kty":"oct"}}';
  const second = headerOf(nested);
  second.x5c[1].push("c");
  second.jwk.kty = "RSA";
  assert.deepEqual(headerOf(nested), JSON.parse(nested));
});

test("each token has the header that it is spelt with", () => {
  const headers = [
    '{"alg":"HS256","typ":"at+jwt"}',
    '{"typ":"at+jwt","alg":"HS256"}',
    '{"alg":"HS256","typ":"AT+JWT","kid":"größe","n":null,"b":true,"f":1.5}',
    '{"alg":"HS256","typ":"at+jwt","__proto__":7,"constructor":"x"}',
    ' { "alg" : "HS256", "typ" : "at+jwt" } ',
  ];
  for (const header of [...headers, ...headers, ...[...headers].reverse()]) {
    const read = headerOf(header);
    assert.deepEqual(Object.entries(read), Object.entries(JSON.parse(header)));
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
  }
});

test("what is longer than most is verified all the same", () => {
  const header = JSON.stringify({ alg: "HS256", typ: "at+jwt", note: "ä".repeat(3_000) });
  for (const length of [1, 2_000, 3_000, 1]) assert.equal(headerOf(header, "x".repeat(length)).note.length, 3_000);
  assert.equal(headerOf('{"alg":"HS256","typ":"at+jwt"}', "é".repeat(500)).alg, "HS256");
  assert.throws(() => countersign.verifyToken("é".repeat(1_366), secret, expected), { code: "token_malformed" });
});
