// A client that shares no secret with us: it verifies a token with jose and the keys that the server publishes. It
// finds the server in ORIGIN, and the algorithm that it signs with in ALGORITHM.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TOOLS } from "../tools/chromium.mjs";

const tools = createRequire(join(TOOLS, "node", "package.json"));
const { createRemoteJWKSet, jwtVerify } = await import(pathToFileURL(tools.resolve("jose")).href);
const { version } = tools("jose/package.json");

const { ORIGIN: origin, ALGORITHM: algorithm = "EdDSA" } = process.env;

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

const username = `js-${randomUUID().slice(0, 18)}`;
const password = randomUUID();
const { id } = await post("/auth/register", { username, email: `${username}@example.com`, password });
const { access_token: token, expires_in: lifetime } = await post("/auth/login", { username, password });

const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", origin));
const expected = { issuer: "countersign", audience: "default", typ: "at+jwt", algorithms: [algorithm] };
const { payload, protectedHeader } = await jwtVerify(token, keys, expected);
assert.equal(payload.sub, String(id));
assert.equal(payload.exp - payload.iat, lifetime);
assert.equal(protectedHeader.alg, algorithm);

const [header, , signature] = token.split(".");
const claims = Buffer.from(JSON.stringify({ ...payload, sub: "1" })).toString("base64url");
await assert.rejects(jwtVerify(`${header}.${claims}.${signature}`, keys, expected), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
await assert.rejects(jwtVerify(token, keys, { ...expected, audience: "another" }), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED" });

console.log(`jose ${version}: registered, logged in, ${algorithm} token verified with the published key`);
