// `createVerifier`: when it fetches the issuer's keys and revocations, and what it does while they do not come.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { imported } from "./installed.mjs";
import { CLAIMS, JWKS_URL, PUBLISHED, REVOCATIONS_URL, START, Web, asking, ended, settled, signer } from "./issuer.mjs";

const { UnavailableError, createVerifier } = imported;
const key = signer("one");
const jwks = { keys: [key.jwk] };
const token = key.token();

const web = (documents) => new Web({ jwks, revocations: key.list(), ...documents });
const answer = (body, headers, status = 200) => new Response(body, { status, headers });

/** The code that a call comes to, `undefined` for claims. */
const code = (call) => call.then(() => undefined, (error) => error.code);

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("nothing is fetched before there is a token to verify, and then all at once", async () => {
  const world = web();
  const verify = createVerifier(world.options());
  assert.equal((await verify(asking())).status, 401);
  await settled();
  const before = world.asked.length;
  await Promise.all(Array.from({ length: 20 }, () => verify(token)));
  assert.deepEqual([world.count("jwks"), world.count("revocations")], [1, 1], `${before} before`);
  assert.deepEqual(world.failures, []);
});

test("requests say what they take, follow no redirect and can be given up", async () => {
  const world = web();
  await createVerifier(world.options())(token);
  for (const { url, headers, redirect, signal } of world.asked) {
    assert.equal(headers.accept, { [JWKS_URL]: "application/jwk-set+json, application/json", [REVOCATIONS_URL]: "application/jwt" }[url]);
    assert.ok(redirect === "manual" && signal instanceof AbortSignal);
  }
});

test("tokens go on being verified by what is known while what is due is fetched", async () => {
  let release;
  const world = web();
  const verify = createVerifier(world.options());
  await verify(token);
  world.now += 61;
  world.documents.revocations = () => new Promise((resolve) => (release = resolve));
  const waits = [];
  const context = { waitUntil: (promise) => waits.push(promise) };
  assert.equal((await verify(token, context)).sub, "123");
  assert.equal((await verify(asking(`Bearer ${token}`), context)).sub, "123");
  assert.deepEqual([world.count("revocations"), waits.length], [2, 2]);

  release(key.list({ iat: world.now, next: world.now + 60, sessions: ended(CLAIMS.sid) }));
  await Promise.all(waits);
  assert.equal(await code(verify(token)), "token_revoked");
  assert.equal(world.count("revocations"), 2);
});

test("a list is looked at again when it said, keys when their max-age is over", async () => {
  const world = web({ jwks: answer(JSON.stringify(jwks), { "cache-control": "public, max-age=100" }) });
  const verify = createVerifier(world.options());
  const at = async (secs) => {
    world.now = START + secs;
    world.documents.revocations = key.list({ iat: world.now, next: world.now + 60 });
    await verify(token);
    await settled();
    return [world.count("jwks"), world.count("revocations")];
  };
  assert.deepEqual(await at(0), [1, 1]);
  assert.deepEqual(await at(59), [1, 1]);
  assert.deepEqual(await at(60), [1, 2]);
  assert.deepEqual(await at(99), [1, 2]);
  assert.deepEqual(await at(100), [2, 2]);
  assert.deepEqual(await at(120), [2, 3]);
});

test("however long a document says that it is good, it is looked at twice within maxStaleSec, and no more than every 5 s", async () => {
  for (const [maxAge, next, due] of [[86_400, 86_400, 150], [0, 1, 5]]) {
    const published = answer(JSON.stringify(jwks), { "cache-control": `max-age=${maxAge}` });
    const world = web({ jwks: published, revocations: key.list({ next: START + next }) });
    const verify = createVerifier(world.options());
    await verify(token);
    world.now = START + due - 1;
    await verify(token);
    await settled();
    assert.deepEqual([world.count("jwks"), world.count("revocations")], [1, 1], String(maxAge));
    world.now = START + due;
    await verify(token);
    await settled();
    assert.deepEqual([world.count("jwks"), world.count("revocations")], [2, 2], String(maxAge));
  }
});

test("what has not changed is confirmed by its ETag: keys are fresh again, a list stays as old as it is", async () => {
  const tagged = (text, tag) => ({ headers }) =>
    headers["if-none-match"] === tag ? answer(null, { etag: tag }, 304) : answer(text, { etag: tag });
  const world = web({ jwks: tagged(JSON.stringify(jwks), `"keys"`), revocations: tagged(key.list({ next: START + 60 }), `"list"`) });
  const verify = createVerifier(world.options());
  for (const secs of [0, 150, 299]) {
    world.now = START + secs;
    await verify(token);
    await settled();
  }
  assert.deepEqual(world.failures, []);
  assert.deepEqual(world.asked.slice(-1)[0].headers["if-none-match"], `"list"`);
  world.now = START + 301;
  assert.equal(await code(verify(token)), "revocations_stale");
  world.documents.revocations = key.list({ iat: world.now, next: world.now + 60 });
  world.now += 6;
  assert.equal(await code(verify(token)), undefined);
});

test("past maxStaleSec without a list, and without keys, no token is taken: 503 that says when to come again", async () => {
  for (const [silent, expected] of [["revocations", "revocations_stale"], ["jwks", "keys_stale"]]) {
    const world = web();
    if (silent === "jwks") world.documents.revocations = () => key.list({ iat: world.now, next: world.now + 60 });
    const verify = createVerifier(world.options());
    await verify(token);
    world.documents[silent] = new Error("offline");
    for (const secs of [100, 200, 300]) {
      world.now = START + secs;
      assert.equal((await verify(token)).sub, "123", `${silent} ${secs}`);
      await settled();
    }
    world.now = START + 301;
    await assert.rejects(verify(token), (error) => {
      return error instanceof UnavailableError && error.code === expected && error.retryAfter >= 1;
    });
    const refused = await verify(asking(`Bearer ${token}`));
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("retry-after"), /^[1-9]\d?$/);
    assert.equal(refused.headers.get("www-authenticate"), null);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
    const { type, title, status, code } = await refused.json();
    assert.deepEqual({ type, status, code }, { type: `https://auth.example/docs/errors#${expected}`, status: 503, code: expected });
    assert.match(title, /^(Keys|Revocations) stale$/);
  }
});

test("what cannot be had at the start is 503, and is there once it can be had", async () => {
  const world = web({ jwks: new Error("offline"), revocations: new Error("offline") });
  const verify = createVerifier(world.options());
  assert.equal(await code(verify(token)), "keys_stale");
  Object.assign(world.documents, { jwks, revocations: key.list() });
  world.now += 2;
  assert.equal(await code(verify(token)), undefined);
});

for (const chance of [0, 0.999]) test(`after failures it waits longer and longer, by chance, up to a minute: ${chance}`, async () => {
  mock.method(Math, "random", () => chance);
  const world = web({ jwks: new Error("offline") });
  const verify = createVerifier(world.options({ revocationsUrl: undefined }));
  const pauses = [];
  let last = world.now;
  for (let asked = 0; pauses.length < 10; world.now += 0.05) {
    await code(verify(token));
    if (world.count("jwks") === asked) continue;
    asked = world.count("jwks");
    if (asked > 1) pauses.push(world.now - last);
    last = world.now;
  }
  for (const [failures, pause] of pauses.entries()) {
    const wanted = Math.min(2 ** failures, 60) * (0.5 + chance / 2);
    assert.ok(pause >= wanted - 0.01 && pause <= wanted + 0.11, `${failures}: ${pause}`);
  }
  world.documents.jwks = jwks;
  world.now += 61;
  await verify(token);
  world.documents.jwks = new Error("offline");
  world.now += 301;
  await code(verify(token));
  const asked = world.count("jwks");
  world.now += 1.01;
  await code(verify(token));
  assert.equal(world.count("jwks"), asked + 1, "it begins anew");
});

test("a rotation is survived by one more fetch", async () => {
  const other = signer("two");
  const world = web();
  const verify = createVerifier(world.options());
  await verify(token);
  world.now += 11;
  world.documents.jwks = { keys: [key.jwk, other.jwk] };
  const calls = await Promise.all(Array.from({ length: 20 }, () => code(verify(other.token()))));
  assert.deepEqual([...new Set(calls)], [undefined]);
  assert.equal(world.count("jwks"), 2);
});

test("a rotation from one algorithm to the next is survived by one more fetch of each document", async () => {
  const [first, ...later] = PUBLISHED.map((algorithm) => signer(`of ${algorithm}`, algorithm));
  const world = web({ jwks: { keys: [first.jwk] }, revocations: first.list() });
  const verify = createVerifier(world.options());
  assert.equal(await code(verify(first.token())), undefined);
  let before = first;
  for (const [turn, next] of later.entries()) {
    world.now += 61;
    const times = { iat: world.now, next: world.now + 60 };
    Object.assign(world.documents, { jwks: { keys: [before.jwk, next.jwk] }, revocations: next.list({ ...times, sessions: ended("of another") }) });
    const calls = await Promise.all(Array.from({ length: 20 }, () => code(verify(next.token()))));
    assert.deepEqual([...new Set(calls)], [undefined], next.jwk.alg);
    assert.equal(await code(verify(before.token())), undefined, `${before.jwk.alg}, which is still published`);
    await settled();
    assert.deepEqual([world.count("jwks"), world.count("revocations")], [turn + 2, turn + 2], next.jwk.alg);
    before = next;
  }
  assert.equal(await code(verify(first.token())), "token_key_unknown", "what is no longer published is not known");
  world.now += 61;
  world.documents.revocations = before.list({ iat: world.now, next: world.now + 60, sessions: ended(CLAIMS.sid) });
  await verify(before.token());
  await settled();
  assert.equal(await code(verify(before.token())), "token_revoked");
  assert.deepEqual(world.failures, []);
});

test("a list that a new key has signed has the keys fetched", async () => {
  const other = signer("two");
  const world = web();
  const verify = createVerifier(world.options());
  await verify(token);
  world.now += 61;
  Object.assign(world.documents, {
    jwks: { keys: [key.jwk, other.jwk] },
    revocations: other.list({ iat: world.now, next: world.now + 60, sessions: ended(CLAIMS.sid) }),
  });
  await verify(token);
  await settled();
  assert.equal(await code(verify(token)), "token_revoked");
  assert.deepEqual([world.count("jwks"), world.failures], [2, []]);
});

test("a list that comes before the keys waits for them", async () => {
  let release;
  const world = web({ jwks: () => new Promise((resolve) => (release = resolve)) });
  const verdict = code(createVerifier(world.options())(token));
  await settled();
  release(jwks);
  assert.equal(await verdict, undefined);
  assert.deepEqual([world.count("jwks"), world.count("revocations"), world.failures], [1, 1, []]);
});

test("made-up key names cause one fetch in ten seconds, and no other answer, whatever their algorithm", async () => {
  const world = web();
  const verify = createVerifier(world.options());
  await verify(token);
  const shown = (forgery) => verify(asking(`Bearer ${forgery}`));
  const forged = () => shown(signer(String(Math.random())).token());
  // Keys of RSA take too long to make a new one each time.
  const others = PUBLISHED.map((algorithm) => signer(`made up of ${algorithm}`, algorithm).token());
  for (let secs = 0; secs < 30; secs += 1) {
    world.now = START + secs;
    for (const answer of await Promise.all([forged(), ...others.map(shown)])) {
      assert.equal((await answer.json()).code, "token_key_unknown");
    }
  }
  assert.equal(world.count("jwks"), 3);
  world.documents.jwks = new Error("offline");
  for (let secs = 30; secs < 60; secs += 1) {
    world.now = START + secs;
    assert.equal((await forged()).status, 401);
  }
  assert.equal(world.count("jwks"), 6);
});

test("keys that were handed over are never fetched", async () => {
  const world = web();
  const verify = createVerifier(world.options({ jwksUrl: undefined, jwks }));
  assert.equal(await code(verify(signer("two").token())), "token_key_unknown");
  assert.equal((await verify(token)).sub, "123");
  assert.deepEqual([world.count("jwks"), world.count("revocations")], [0, 1]);
});

test("an older list replaces no newer one, nor does one that is not the issuer's", async () => {
  const world = web({ revocations: key.list({ iat: START, next: START + 10, sessions: ended(CLAIMS.sid) }) });
  const verify = createVerifier(world.options({ maxStaleSec: 86_400 }));
  assert.equal(await code(verify(token)), "token_revoked");
  const other = signer("one");
  for (const served of [
    key.list({ iat: START - 1, next: START + 10 }), key.list({ iss: "https://other.example" }), other.list(), key.token(), "", "{}",
    key.list({ iat: START + 10_000, next: START + 10_060 }), answer(null, {}, 304),
  ]) {
    world.documents.revocations = served;
    const asked = world.count("revocations");
    world.now += 61;
    await code(verify(token));
    await settled();
    assert.equal(await code(verify(token)), "token_revoked");
    assert.equal(world.count("revocations"), asked + 1);
  }
  assert.equal(world.failures.length, 7, "all but the older one are failures");
});

test("keys that are none replace no keys", async () => {
  const world = web();
  const verify = createVerifier(world.options({ revocationsUrl: undefined }));
  await verify(token);
  const other = { keys: [signer("one").jwk] };
  const notUnicode = Buffer.from(`{"name":"\xff",${JSON.stringify(other).slice(1)}`, "latin1");
  for (const served of [
    "", "{}", { keys: [] }, { keys: {} }, `{"keys":[],"keys":[]}`, { keys: [{ kty: "oct", k: "A".repeat(43) }] }, notUnicode,
    answer("", {}, 500), answer(JSON.stringify(other), { location: JWKS_URL }, 302),
  ]) {
    const asked = world.count("jwks");
    world.documents.jwks = served;
    world.now += 200;
    assert.equal((await verify(key.token({ iat: world.now, exp: world.now + 60 }))).sub, "123");
    await settled();
    assert.equal(world.count("jwks"), asked + 1);
    world.documents.jwks = jwks;
    world.now += 61;
    await verify(key.token({ iat: world.now, exp: world.now + 60 }));
    await settled();
  }
  assert.equal(world.failures.length, 9);
});

test("a document that never ends, or is too large, is given up", async () => {
  const endless = () => {
    const part = new Uint8Array(65_536).fill(32);
    let sent = 0;
    const stream = new ReadableStream({ pull: (controller) => { sent += part.length; controller.enqueue(part); } });
    return { response: new Response(stream), sent: () => sent };
  };
  for (const [name, lengthMax] of [["jwks", 262_144], ["revocations", 1_048_576]]) {
    const { response, sent } = endless();
    const world = web({ [name]: () => response });
    assert.match(await code(createVerifier(world.options())(token)), /_stale$/);
    assert.ok(sent() <= lengthMax + 4 * 65_536, `${sent()} bytes`);
    assert.match(String(world.failures[0]), /more than \d+ bytes/);
  }
});

test("who does not answer within five seconds is given up, with signal and without", async () => {
  for (const silent of [() => new Promise(() => {}), () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))]) {
    const signals = [];
    const world = web();
    world.fetch = async (url, { signal }) => (signals.push(signal), silent());
    const verdict = code(createVerifier(world.options())(token));
    await settled();
    mock.timers.tick(4_999);
    await settled();
    assert.deepEqual(signals.map(({ aborted }) => aborted), [false, false]);
    mock.timers.tick(1);
    assert.equal(await verdict, "keys_stale");
    assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true]);
    assert.match(String(world.failures[0]), /within 5 seconds/);
  }
});

test("a fetch whose request was ended under it holds nobody up for good", async () => {
  const world = web({ jwks: () => new Promise(() => {}) });
  // A runtime that ends a request ends its timers too: nothing of the first call ever comes.
  const { setTimeout: platforms } = globalThis;
  globalThis.setTimeout = () => 0;
  const verify = createVerifier(world.options());
  void verify(token);
  await settled();
  globalThis.setTimeout = platforms;
  const joined = code(verify(token));
  await settled();
  mock.timers.tick(12_000);
  assert.equal(await joined, "keys_stale");
  world.documents.jwks = jwks;
  world.now += 13;
  assert.equal(await code(verify(token)), undefined);
});

test("a clock that was turned back fetches anew, and takes nothing on the word of a future", async () => {
  const world = web();
  const verify = createVerifier(world.options());
  await verify(token);
  world.documents = { jwks: new Error("offline"), revocations: new Error("offline") };
  world.now = START - 100;
  const early = key.token({ iat: world.now });
  assert.equal(await code(verify(early)), "keys_stale");
  assert.equal(world.count("jwks"), 2);
  world.documents = { jwks, revocations: key.list() };
  world.now += 2;
  assert.equal(await code(verify(early)), "revocations_stale", "the list is of the future");
  assert.equal(world.count("jwks"), 3);
  world.now = START;
  assert.equal(await code(verify(token)), undefined);
});

test("a listener that throws breaks nothing", async () => {
  const world = web({ revocations: new Error("offline") });
  const onFailure = () => {
    throw new Error("log is full");
  };
  assert.equal(await code(createVerifier(world.options({ onFailure }))(token)), "revocations_stale");
});
