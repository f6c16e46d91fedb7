// `createVerifier`: what it answers to a token and to a request.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { countersign, imported, importOf, root, vectors, workshop } from "./installed.mjs";
import { CLAIMS, PUBLISHED, START, Web, asking, ended, signer } from "./issuer.mjs";

const { TokenError, UnavailableError, createVerifier } = imported;
const key = signer("one");
const settled = { issuer: CLAIMS.iss, audience: "default", jwks: { keys: [key.jwk] }, now: () => START };

test("the claims of a good token, by token and by request, also from the part for the edge", async () => {
  const edge = await importOf("verify");
  for (const create of [createVerifier, edge.createVerifier]) {
    const verify = create(settled);
    const grants = [{ action: "read", resource: "*" }];
    assert.deepEqual(await verify(key.token({ grants })), { ...CLAIMS, grants });
    assert.deepEqual(await verify(asking(`Bearer ${key.token()}`)), CLAIMS);
    assert.deepEqual(await verify(asking(`bEARER   ${key.token()}`)), CLAIMS);
  }
});

// An issuer with a key of each algorithm.
const ring = Object.fromEntries(PUBLISHED.map((algorithm) => [algorithm, signer(`of ${algorithm}`, algorithm)]));
const published = { keys: Object.values(ring).map(({ jwk }) => jwk) };

for (const algorithm of PUBLISHED) {
  const own = ring[algorithm];
  const alike = signer(own.jwk.kid, algorithm);
  const others = PUBLISHED.filter((name) => name !== algorithm);

  test(`tokens of ${algorithm} are taken unasked, and refused where it is not among the algorithms`, async () => {
    for (const algorithms of [undefined, [algorithm], [...others, algorithm]]) {
      const verify = createVerifier({ ...settled, jwks: published, algorithms });
      assert.deepEqual(await verify(own.token()), CLAIMS);
      assert.deepEqual(await verify(asking(`Bearer ${own.token()}`)), CLAIMS);
      await assert.rejects(verify(alike.token()), { name: "TokenError", code: "token_signature_invalid" });
      await assert.rejects(verify(signer("two", algorithm).token()), { name: "TokenError", code: "token_key_unknown" });
      await assert.rejects(verify(own.token({ exp: START })), { name: "TokenError", code: "token_claim_invalid" });
    }
    for (const algorithms of [others, ...others.map((name) => [name])]) {
      const verify = createVerifier({ ...settled, jwks: published, algorithms });
      await assert.rejects(verify(own.token()), { name: "TokenError", code: "token_algorithm_not_allowed" });
      assert.equal((await (await verify(asking(`Bearer ${own.token()}`))).json()).code, "token_algorithm_not_allowed");
    }
  });

  test(`a list that is signed by ${algorithm} is taken, and none by another key, or by an algorithm that is not wanted`, async () => {
    const sessions = ended(CLAIMS.sid);
    const other = ring[others[0]];
    const outcome = (revocations, options) => {
      const web = new Web({ jwks: published, revocations });
      return createVerifier(web.options(options))(own.token()).then(() => "taken", ({ code }) => code);
    };
    for (const algorithms of [undefined, [algorithm]]) {
      assert.equal(await outcome(own.list(), { algorithms }), "taken");
      assert.equal(await outcome(own.list({ sessions }), { algorithms }), "token_revoked");
      assert.equal(await outcome(alike.list({ sessions }), { algorithms }), "revocations_stale");
    }
    assert.equal(await outcome(other.list({ sessions })), "token_revoked");
    assert.equal(await outcome(other.list({ sessions }), { algorithms: [algorithm] }), "revocations_stale");
  });
}

test("a refused token is thrown, a refused request is answered as the server would", async () => {
  const verify = createVerifier(settled);
  const token = key.token({ exp: START });
  const wwwAuthenticate = `Bearer error="invalid_token", error_description="A claim has the wrong type or value. (exp)"`;
  await assert.rejects(verify(token), (error) => {
    assert.ok(error instanceof TokenError && !(error instanceof UnavailableError));
    assert.deepEqual({ ...error }, { name: "TokenError", code: "token_claim_invalid", claim: "exp", wwwAuthenticate });
    return true;
  });
  const answer = await verify(asking(`Bearer ${token}`));
  assert.ok(answer instanceof Response);
  assert.equal(answer.status, 401);
  assert.deepEqual(Object.fromEntries(answer.headers), {
    "cache-control": "no-store",
    "content-type": "application/problem+json",
    "www-authenticate": wwwAuthenticate,
    "x-content-type-options": "nosniff",
  });
  assert.deepEqual(await answer.json(), {
    type: "/docs/errors#token_claim_invalid",
    title: "Token claim invalid",
    status: 401,
    detail: "A claim has the wrong type or value. (exp)",
    code: "token_claim_invalid",
  });
});

test("a bearer is read from the one header and from nowhere else", async () => {
  const verify = createVerifier(settled);
  const good = key.token();
  const body = new Request(`https://edge.example/?access_token=${good}`, {
    method: "POST", body: new URLSearchParams({ access_token: good }), headers: { cookie: `access_token=${good}` },
  });
  for (const [request, code, challenge] of [
    [asking(), "token_required", "Bearer"],
    [body, "token_required", "Bearer"],
    [asking("Basic YWRhOjE="), "token_required", "Bearer"],
    [asking(`Bearer${good}`), "token_required", "Bearer"],
    [asking(good), "token_required", "Bearer"],
    [asking("Bearer"), "token_malformed"],
    [asking(`Bearer ${good}`, `Bearer ${good}`), "token_malformed"],
    [asking(`Bearer ${good}`, "Basic YWRhOjE="), "token_malformed"],
    [asking(`Bearer ${good} ${good}`), "token_malformed"],
    [asking(`Bearer ${"a".repeat(200_000)}`), "token_malformed"],
  ]) {
    const answer = await verify(request);
    assert.equal((await answer.json()).code, code, request.headers.get("authorization")?.slice(0, 40));
    if (challenge) assert.equal(answer.headers.get("www-authenticate"), challenge);
  }
});

test("every claim of a server's token has to be there, but grants", async () => {
  const verify = createVerifier(settled);
  for (const claim of Object.keys(CLAIMS)) {
    await assert.rejects(verify(key.token({ [claim]: undefined })), { code: "token_claim_missing", claim });
  }
  await assert.rejects(verify(key.token({ aud: "shop" })), { code: "token_claim_invalid", claim: "aud" });
});

test("lists and tokens come out as the vectors say", async () => {
  const { lists, checks } = vectors("revocations");
  for (const { name, list, token, keys, algorithms, issuer, now, ok, code, claim } of checks) {
    const web = new Web({ revocations: list });
    const verify = createVerifier(web.options({ jwksUrl: undefined, jwks: keys, algorithms, issuer, now: () => now }));
    if (ok) assert.equal((await verify(token)).iss, issuer, name);
    else await assert.rejects(verify(token), { code, claim }, name);
  }
  const { token } = checks[0];
  for (const { name, list, keys, issuer, now, ok, fault } of lists) {
    const web = new Web({ revocations: list });
    const options = { jwksUrl: undefined, jwks: keys, algorithms: ["HS256"], issuer, maxStaleSec: 86_400, now: () => now };
    // One that wants another algorithm, and one that is too old, are not for this verifier.
    if (fault === "token_algorithm_not_allowed" || name.startsWith("an old one")) continue;
    const outcome = await createVerifier(web.options(options))(token).then(() => "good", ({ code }) => code);
    assert.equal(outcome === "revocations_stale", !ok, name);
  }
});

test("a token of an ended session is refused by what was fetched", async () => {
  const web = new Web({ jwks: { keys: [key.jwk] }, revocations: key.list({ sessions: ended(CLAIMS.sid) }) });
  const verify = createVerifier(web.options());
  await assert.rejects(verify(key.token()), { code: "token_revoked", claim: "sid" });
  assert.equal((await verify(key.token({ sid: "AAAAAAAAAAAAAAAAAAAAAA" }))).sub, "123");
  const answer = await verify(asking(`Bearer ${key.token()}`));
  assert.equal((await answer.json()).type, "https://auth.example/docs/errors#token_revoked");
});

test("grants permit what the server's own rule permits, here and at the edge", async () => {
  const { isPermitted } = await importOf("verify");
  const editor = [{ action: "read", resource: "*" }, { action: "write", resource: "Task" }];
  for (const [grants, action, resource, permitted] of [
    [[], "read", "Task", false],
    [editor, "read", "Task", true],
    [editor, "write", "Task", true],
    [editor, "write", "Project", false],
    [editor, "*", "Task", false],
    [editor, "read", "*", true],
    [editor, "Read", "Task", false],
    [[{ action: "*", resource: "*" }], "*", "", true],
  ]) {
    for (const asked of [isPermitted, imported.isPermitted, countersign.isPermitted]) {
      assert.equal(await asked(grants, action, resource), permitted, `${action} ${resource}`);
    }
  }
});

test("the worker of the README guards as it says", async () => {
  const now = Math.floor(Date.now() / 1000);
  const web = new Web({ jwks: { keys: [key.jwk] }, revocations: key.list({ iat: now, next: now + 60 }) });
  const [example] = /^import \{ createVerifier[\s\S]+?(?=^```)/m.exec(readFileSync(join(root, "wasm/README.md"), "utf8"));
  const path = join(workshop("edge"), "worker.mjs");
  writeFileSync(path, example);
  const { notes } = await import(pathToFileURL(path).href);
  const times = { iat: now, exp: now + 60, auth_time: now };
  const asked = (claims) => notes(asking(`Bearer ${key.token({ ...times, ...claims })}`));
  const platforms = globalThis.fetch;
  globalThis.fetch = web.fetch;
  try {
    assert.deepEqual(await (await asked({ grants: [{ action: "read", resource: "*" }] })).json(), ["a note"]);
    assert.equal((await asked({ grants: [{ action: "write", resource: "notes" }] })).status, 403);
    assert.equal((await asked({})).status, 403);
    assert.equal((await notes(asking())).status, 401);
  } finally {
    globalThis.fetch = platforms;
  }
});

test("a wrong option is a TypeError with a code, at once", () => {
  const good = new Web().options();
  for (const [options, code] of [
    [undefined, "required"],
    [5, "invalid_type"],
    [{ ...good, issue: "x" }, "unknown_field"],
    [{ ...good, jwks: key.jwk }, "conflicting"],
    [{ ...good, jwksUrl: undefined }, "required"],
    [{ ...good, issuer: "" }, "required"],
    [{ ...good, audience: undefined }, "invalid_type"],
    [{ ...good, maxStaleSec: undefined }, "required"],
    [{ ...settled, revocationsUrl: good.revocationsUrl }, "required"],
    [{ ...good, maxStaleSec: 0 }, "invalid_type"],
    [{ ...good, maxStaleSec: 86_401 }, "invalid_type"],
    [{ ...good, maxStaleSec: 1.5 }, "invalid_type"],
    [{ ...good, algorithms: [] }, "invalid_type"],
    [{ ...good, algorithms: ["EdDSA", "HS256"] }, "conflicting"],
    [{ ...good, fetch: "x" }, "invalid_type"],
    [{ ...good, now: 5 }, "invalid_type"],
    [{ ...good, onFailure: {} }, "invalid_type"],
    [Object.create(good), "required"],
  ]) {
    assert.throws(() => createVerifier(options), (error) => error instanceof TypeError && error.code === code, JSON.stringify(options));
  }
});

test("documents are fetched by https, but for this machine", () => {
  const create = (name, url) => createVerifier(new Web().options({ [name]: url }));
  for (const name of ["jwksUrl", "revocationsUrl"]) {
    for (const url of ["https://a.example/x", new URL("https://a.example/x"), "http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:8/x"]) {
      create(name, url);
    }
    for (const url of [
      "", "/x", "http://a.example/x", "http://localhost.a.example/x", "http://127.0.0.1.a.example/x", "ftp://a.example/x",
      "data:application/json,{}", "https://user@a.example/x", "https://:secret@a.example/x", 5, {},
    ]) {
      assert.throws(() => create(name, url), { name: "TypeError", code: "invalid_type" }, String(url));
    }
  }
});

test("wrong keys, algorithms, subjects and clocks are TypeErrors of the call, which works again after", async () => {
  await assert.rejects(createVerifier({ ...settled, algorithms: ["none"] })(key.token()), { code: "invalid_format" });
  await assert.rejects(createVerifier({ ...settled, jwks: { keys: [] } })(key.token()), { code: "key_invalid" });
  await assert.rejects(createVerifier({ ...settled, now: () => NaN })(key.token()), { code: "invalid_type" });
  const web = new Web({ jwks: { keys: [key.jwk] }, revocations: key.list() });
  await assert.rejects(createVerifier(web.options({ now: () => NaN }))(key.token()), { code: "invalid_type" });
  const verify = createVerifier(settled);
  for (const subject of [undefined, null, 5, {}, { headers: {} }, { headers: { authorization: "Bearer x" } }]) {
    await assert.rejects(verify(subject), { name: "TypeError", code: "invalid_type" });
  }
  for (const [subject, code] of [["\ud800", "invalid_characters"], [`${key.token()}\udfff`, "invalid_characters"], ["a".repeat(131_073), "too_long"]]) {
    await assert.rejects(verify(subject), { name: "TypeError", code });
  }
  assert.equal((await verify(key.token())).sub, "123");
});

test("a polluted prototype changes no verdict", async () => {
  const names = { jwks: { keys: [signer("two").jwk] }, algorithms: ["HS256"], aud: "default", retryAfter: 0 };
  try {
    for (const [name, value] of Object.entries(names)) Object.defineProperty(Object.prototype, name, { value, configurable: true });
    const verify = createVerifier({ ...settled });
    assert.equal((await verify(key.token())).sub, "123");
    await assert.rejects(verify(key.token({ aud: undefined })), { code: "token_claim_missing" });
  } finally {
    for (const name of Object.keys(names)) delete Object.prototype[name];
  }
});
