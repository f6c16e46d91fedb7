// The examples of the package's README beyond the first, as they stand there.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { root, workshop } from "./installed.mjs";
import { ISSUER, signer } from "./issuer.mjs";

const EXAMPLES = [...readFileSync(join(root, "wasm/README.md"), "utf8").matchAll(/```js\n([\s\S]+?)```/g)].map(([, text]) => text);

/** The module of the one example that has these words in it, with `more` after it. */
function moduleOf(words, more = "") {
  const [example, ...others] = EXAMPLES.filter((text) => text.includes(words));
  assert.deepEqual(others, [], `one example has ${words}`);
  const path = join(workshop("readme-examples"), `${words.replaceAll(/\W/g, "")}.mjs`);
  writeFileSync(path, example + more);
  return import(pathToFileURL(path).href);
}

test("each example is run here or where its part is tested", () => {
  const run = ["authenticate", "createAuthClient", "createVerifier"];
  const others = EXAMPLES.slice(1).filter((text) => !run.some((words) => text.includes(words)));
  assert.deepEqual(others, []);
});

test("the example of tokens lets in whom it should, and answers others 401", async () => {
  const { authenticate } = await moduleOf("authenticate", "export { authenticate };\n");
  const key = signer("one");
  const now = Math.floor(Date.now() / 1000);
  const asked = (token) => authenticate(new Request(ISSUER, { headers: { authorization: `Bearer ${token}` } }), { keys: [key.jwk] });
  const { claims } = await asked(key.token({ iat: now, exp: now + 60 }));
  assert.equal(claims.sub, "123");
  const refused = await asked(key.token({ iat: now - 120, exp: now - 90 }));
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get("www-authenticate"), /^Bearer .*error="invalid_token"/);
  await assert.rejects(authenticate(new Request(ISSUER), "no key"), { code: "invalid_type" });
});

test("the example of the client signs in by both factors and asks as the user", async (context) => {
  const user = { id: 7, username: "ada", email: "ada@example.com" };
  const answers = {
    "POST /auth/login": [401, { code: "mfa_required", detail: "A code.", mfa_token: "waits" }],
    "POST /auth/mfa/verify": [200, { access_token: "access", refresh_token: "refresh", expires_in: 3_600, user }],
    "GET /users/me": [200, user],
  };
  const asked = [];
  context.mock.method(globalThis, "fetch", async (url, { method = "GET", headers, body }) => {
    const line = `${method} ${new URL(url).pathname}`;
    asked.push([line, new Headers(headers).get("authorization"), body && JSON.parse(body)]);
    const [status, content] = answers[line];
    return new Response(JSON.stringify(content), { status });
  });
  const told = [];
  context.mock.method(console, "log", (...words) => told.push(words));
  const { client, data, error, response } = await moduleOf("createAuthClient", "export { client, data, error, response };\n");
  client.dispose();
  assert.deepEqual([data, error.code, response.status], [null, "mfa_required", 200]);
  assert.deepEqual(asked, [
    ["POST /auth/login", null, { email: "ada@example.com", password: "analytical engine" }],
    ["POST /auth/mfa/verify", "Bearer waits", { code: "123456" }],
    ["GET /users/me", "Bearer access", undefined],
  ]);
  assert.deepEqual(told, [["INITIAL_SESSION", "ada@example.com"]]);
});
