// The client against the real server, in Node; and its `fetch` over real sockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { authClient } from "../js/client/client.js";
import * as claims from "../js/client/claims.js";
import { somebody, startServer } from "./client/server.mjs";
import { importOf, requireOf } from "./installed.mjs";

let server;
const open = [];

before(async () => {
  server = await startServer();
});

after(() => {
  for (const client of open) client.dispose();
  server?.end();
});

const memory = () => {
  const items = new Map();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, text) => void items.set(key, text), removeItem: (key) => void items.delete(key) };
};

function clientOf(options) {
  const loadVerify = async () => [claims, await importOf("verify")];
  const client = authClient({ baseURL: server.origin, storage: memory(), ...options }, { host: globalThis, loadVerify });
  open.push(client);
  return client;
}

async function ada(options) {
  const client = clientOf(options);
  const form = somebody();
  const { data, error } = await client.signUp(form);
  assert.equal(error, null);
  assert.ok(data.session);
  return { client, form, session: data.session };
}

test("an account from its first day to its last", async () => {
  const { client, form } = await ada();
  assert.equal((await client.getUser()).data.user.username, form.username);
  const { data } = await client.updateUser({ name: "Ada", phone: "+44 20 7946 0018" });
  assert.deepEqual([data.user.name, data.user.phone], ["Ada", "+442079460018"]);
  assert.equal((await client.getSession()).data.session.user.name, "Ada");
  assert.equal((await client.updateUser({ role: "admin" })).error.code, "unknown_field");
  assert.deepEqual((await client.updateUser({ email: "no" })).error.issues.map(({ field }) => field), ["email"]);

  assert.equal((await client.changePassword({ current_password: "wrong", password: "another harbour" })).error.code, "validation_failed");
  assert.equal((await client.changePassword({ current_password: form.password, password: "another harbour" })).error, null);
  assert.equal((await client.refreshSession()).error, null, "this session goes on");
  assert.equal((await client.signOut()).error, null);
  assert.equal((await client.signInWithPassword(form)).error.issues[0].code, "conflicting", "two names are one too many");
  assert.equal((await client.signInWithPassword({ username: form.username, password: form.password })).error.code, "invalid_credentials");
  assert.equal((await client.signInWithPassword({ identifier: form.email, password: "another harbour" })).error, null);
});

test("custom data is kept and given back, whatever it is", async () => {
  const { client } = await ada();
  for (const value of [null, 0, "text", [1, { a: null }], JSON.parse(`{"__proto__":{"x":1}}`)]) {
    assert.deepEqual(await client.data.set("k", value), { data: null, error: null });
    assert.deepEqual((await client.data.get("k")).data, value);
  }
  assert.equal((await client.data.set("a/b", 1)).error.code, "validation_failed");
  await client.data.set("l", 1);
  const { data } = await client.data.list({ limit: 1 });
  assert.deepEqual([data.items.length, typeof data.next_cursor], [1, "string"]);
  assert.equal((await client.data.list({ cursor: data.next_cursor })).data.items.length, 1);
  assert.equal((await client.data.remove("k")).error, null);
  assert.equal((await client.data.get("k")).error.code, "data_not_found");
  assert.deepEqual((await client.permitted("read", "Task")).data, { permitted: false });
});

test("sessions are listed and ended, and whoever is ended is told at the next request", async () => {
  const { client, form } = await ada();
  const other = clientOf();
  const events = [];
  other.onAuthStateChange((event) => events.push(event));
  await other.signInWithPassword({ email: form.email, password: form.password });
  const { items } = (await client.listSessions()).data;
  assert.equal(items.length, 2);
  assert.equal((await client.revokeSession(items.find(({ current }) => !current).id)).error, null);
  assert.equal((await other.getUser()).error.code, "session_ended");
  assert.equal((await other.getSession()).data.session, null);
  await sleep(1);
  assert.equal(events.at(-1), "SIGNED_OUT");
  await other.signInWithPassword({ email: form.email, password: form.password });
  assert.equal((await client.signOut({ scope: "global" })).error, null);
  assert.equal((await other.getUser()).error.code, "session_ended");
});

test("the proof of an earlier log-in gets its owner in past a stranger's guesses", async () => {
  const { client, form } = await ada();
  await client.signOut();
  const stranger = clientOf();
  const credentials = { username: form.username };
  for (let guess = 0; guess < 20; guess += 1) await stranger.signInWithPassword({ ...credentials, password: `guess ${guess}` });
  const { error } = await stranger.signInWithPassword({ ...credentials, password: form.password });
  assert.equal(error.code, "too_many_attempts");
  assert.ok(error.retryAfter > 0);
  assert.equal((await client.signInWithPassword({ ...credentials, password: form.password })).error, null);
});

test("a second factor is set, asked for, and turned off", async () => {
  const { client, form } = await ada();
  const { data: proposed } = await client.mfa.enable();
  assert.equal((await client.mfa.verify({ code: "000000x" })).error.status, 400);
  const { data } = await client.mfa.verify({ code: await totp(proposed.secret) });
  assert.equal(data.recovery_codes.length, 10);
  await client.signOut();
  const { error } = await client.signInWithPassword({ email: form.email, password: form.password });
  assert.equal(error.code, "mfa_required");
  assert.equal((await client.mfa.verify({ recovery_code: "wrong" })).error.code, "invalid_code");
  const finished = await client.mfa.verify({ recovery_code: data.recovery_codes[0] });
  assert.equal(finished.error, null);
  assert.equal(finished.data.user.mfa_enabled, true);
  assert.equal((await client.mfa.recoveryCodes({ recovery_code: data.recovery_codes[1] })).data.recovery_codes.length, 10);
  assert.equal((await client.signInWithPassword({ email: form.email, password: form.password })).error.code, "mfa_required");
});

test("claims are verified here by the keys that the server publishes", async () => {
  const { client, session } = await ada();
  const { data, error } = await client.getClaims();
  assert.equal(error, null);
  assert.equal(data.claims.sub, String(session.user.id));
  assert.equal(data.header.alg, "EdDSA");
  assert.equal((await client.getClaims({ issuer: "https://another.example" })).error.code, "token_claim_invalid");
  assert.equal((await client.getClaims({ audience: "another" })).error.code, "token_claim_invalid");
  assert.equal((await client.getClaims({ aud: "default" })).error.code, "unknown_field", "it would take any audience");

  const forging = await forged(session);
  assert.equal((await forging.getClaims()).error.code, "token_signature_invalid");
});

test("the package's own entries find what verifies, for import and for require", async () => {
  for (const { createAuthClient, AuthError } of [await importOf("client"), requireOf("client")]) {
    const client = createAuthClient({ baseURL: server.origin, storage: memory() });
    open.push(client);
    assert.ok((await client.getClaims()).error instanceof AuthError);
    const { data } = await client.signUp(somebody());
    assert.equal((await client.getClaims()).data.claims.sub, String(data.user.id));
  }
});

/** A client that holds the same session with a token whose signature is another. */
async function forged(session, baseURL = server.origin) {
  const storage = memory();
  const access_token = `${session.access_token.slice(0, -6)}AAAAAA`;
  storage.setItem(`countersign.1 ${baseURL}/`, JSON.stringify({ session: { ...session, access_token }, login: "x", devices: [] }));
  return clientOf({ baseURL, storage, autoRefresh: false });
}

test("claims are verified also where the clock of the device is hours off, and the keys are asked for once", async (context) => {
  let asked = 0;
  const counting = (url, init) => {
    asked += Number(String(url).endsWith("jwks.json"));
    return fetch(url, init);
  };
  const now = Date.now;
  context.mock.method(Date, "now", () => now() - 5 * 3600 * 1000);
  const { client } = await ada({ fetch: counting });
  assert.equal((await client.getClaims()).error, null);
  assert.equal((await client.getClaims()).error, null);
  assert.equal(asked, 1);
});

test("a server that signs with a secret says that only it can verify", async () => {
  const secret = await startServer({ SECRET_KEY: "thirty-two bytes of a secret, or more" });
  try {
    const client = clientOf({ baseURL: secret.origin });
    await client.signUp(somebody());
    assert.equal((await client.getClaims()).error.code, "token_key_unknown");
    assert.equal((await client.getUser()).error, null);
  } finally {
    secret.end();
  }
});

test("claims are verified also where the server signs by another algorithm", async () => {
  const curved = await startServer({ ALGORITHM: "ES256" });
  try {
    const client = clientOf({ baseURL: curved.origin });
    const { data: made } = await client.signUp(somebody());
    const { data, error } = await client.getClaims();
    assert.equal(error, null);
    assert.deepEqual([data.header.alg, data.claims.sub], ["ES256", String(made.user.id)]);
    const forging = await forged(made.session, curved.origin);
    assert.equal((await forging.getClaims()).error.code, "token_signature_invalid");
  } finally {
    curved.end();
  }
});

test("many turns of tokens that live two seconds, by three clients of one storage, sign nobody out", async () => {
  const quick = await startServer({ ACCESS_TOKEN_TTL_SECS: "2" });
  try {
    const storage = memory();
    let refreshes = 0;
    const counting = (url, init) => {
      refreshes += Number(url.endsWith("/auth/refresh"));
      return fetch(url, init);
    };
    const options = { baseURL: quick.origin, storage, fetch: counting };
    const clients = [clientOf(options), clientOf(options), clientOf(options)];
    const events = [];
    for (const client of clients) client.onAuthStateChange((event) => events.push(event));
    await clients[0].signUp(somebody());
    await sleep(8_000);
    for (const client of clients) assert.equal((await client.getUser()).error, null);
    assert.ok(!events.includes("SIGNED_OUT"));
    assert.ok(refreshes >= 6 && refreshes <= 11, `${refreshes} refreshes`);
  } finally {
    for (const client of open) client.dispose();
    quick.end();
  }
});

// What `fetch` sends where, seen from the other end.

async function listening(answer) {
  const requests = [];
  const listener = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    requests.push({ url: request.url, authorization: request.headers.authorization, body, method: request.method });
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  return { requests, origin: `http://127.0.0.1:${listener.address().port}`, close: () => listener.close() };
}

async function withHome(work) {
  const abroad = await listening((_request, response) => response.end("abroad"));
  let refused = 0;
  const home = await listening((request, response) => {
    const user = { id: 1, username: "ada", email: "ada@example.com" };
    const tokens = (access) => response.setHeader("content-type", "application/json").end(JSON.stringify({ access_token: access, refresh_token: access, expires_in: 3600, user }));
    if (request.url === "/auth/login") tokens("first");
    else if (request.url === "/auth/refresh") tokens("second");
    else if (request.url === "/away") response.writeHead(302, { location: `${abroad.origin}/caught` }).end();
    else if (request.headers.authorization === "Bearer second" || request.headers.authorization === undefined) response.end("home");
    else {
      refused += 1;
      response.writeHead(401).end("refused");
    }
  });
  const client = clientOf({ baseURL: home.origin });
  try {
    assert.equal((await client.signInWithPassword({ username: "ada", password: "x" })).error, null);
    home.requests.length = 0;
    await work({ client, home, abroad, refused: () => refused });
  } finally {
    home.close();
    abroad.close();
  }
}

test("fetch adds the token at home, refreshes once on a 401 and repeats", () =>
  withHome(async ({ client, home }) => {
    const response = await client.fetch("/users/me", { method: "POST", body: "the body", headers: { "X-Mine": "1" } });
    assert.equal(await response.text(), "home");
    assert.deepEqual(home.requests.map(({ url, authorization, body }) => [url, authorization, body]), [
      ["/users/me", "Bearer first", "the body"],
      ["/auth/refresh", undefined, `{"refresh_token":"first"}`],
      ["/users/me", "Bearer second", "the body"],
    ]);
    const { length } = home.requests;
    assert.equal(await (await client.fetch(new Request(`${home.origin}/x`, { method: "PUT", body: "again" }))).text(), "home");
    assert.equal(home.requests[length].body, "again");
  }));

test("fetch repeats a Request with its body", () =>
  withHome(async ({ client, home }) => {
    const response = await client.fetch(new Request(`${home.origin}/x`, { method: "PUT", body: "once more" }));
    assert.equal(await response.text(), "home");
    assert.deepEqual(home.requests.filter(({ url }) => url === "/x").map(({ body, authorization }) => [body, authorization]), [["once more", "Bearer first"], ["once more", "Bearer second"]]);
  }));

test("fetch cannot repeat a stream: it answers the 401, and the session is fresh for who sends another", () =>
  withHome(async ({ client, home }) => {
    const stream = () => new Blob(["streamed"]).stream();
    const first = await client.fetch("/x", { method: "POST", body: stream(), duplex: "half" });
    assert.equal(first.status, 401);
    assert.equal(await first.text(), "refused");
    assert.equal((await client.fetch("/x", { method: "POST", body: stream(), duplex: "half" })).status, 200);
    assert.deepEqual(home.requests.filter(({ url }) => url === "/x").map(({ body }) => body), ["streamed", "streamed"]);
  }));

test("fetch never takes the token elsewhere, not by a redirect either", () =>
  withHome(async ({ client, home, abroad }) => {
    for (const input of [`${abroad.origin}/x`, new URL(`${abroad.origin}/x`), new Request(`${abroad.origin}/x`), `//${new URL(abroad.origin).host}/x`, home.origin.replace("127.0.0.1", "localhost")]) {
      await client.fetch(input).catch(() => {});
    }
    await assert.rejects(client.fetch("/away"), TypeError);
    assert.equal(abroad.requests.filter(({ url }) => url === "/caught").length, 0);
    await client.fetch("/away", { redirect: "follow" });
    assert.equal(abroad.requests.filter(({ url }) => url === "/caught").length, 1);
    assert.ok(abroad.requests.length >= 5);
    for (const { authorization } of abroad.requests) assert.equal(authorization, undefined);
    const [local] = home.requests.filter(({ url }) => url === "/");
    assert.equal(local?.authorization, undefined, "another name of the same machine is another origin");
  }));

test("fetch leaves alone who shows a token of their own, or is not signed in", () =>
  withHome(async ({ client, home }) => {
    assert.equal((await client.fetch("/x", { headers: { authorization: "Bearer mine" } })).status, 401);
    assert.deepEqual(home.requests.map(({ authorization }) => authorization), ["Bearer mine"]);
    await client.signOut();
    assert.equal((await client.fetch("/x")).status, 200);
    assert.equal(home.requests.at(-1).authorization, undefined);
  }));

test("fetch can be aborted, and ends with the client", () =>
  withHome(async ({ client }) => {
    await assert.rejects(client.fetch("/x", { signal: AbortSignal.abort() }), { name: "AbortError" });
    client.dispose();
    await assert.rejects(client.fetch("/x"), { name: "AbortError" });
  }));

/** The code of now (RFC 6238), as an authenticator makes it. */
async function totp(secret) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Uint8Array.from(bits.match(/.{8}/g), (byte) => Number.parseInt(byte, 2));
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000)));
  const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const mac = new DataView(await crypto.subtle.sign("HMAC", hmac, counter));
  return String((mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
