// The edge worker in workerd, before a real server that comes and goes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startWorker } from "./edge-worker.mjs";
import { Host } from "./host.mjs";

const PASSWORD = "a harbour in the mist";

let host;
let worker;
let admin;

before(async () => {
  host = await Host.start();
  host.run(["user", "create", "--username", "root", "--email", "root@example.com", "--admin"], `${PASSWORD}\n`);
  worker = await startWorker(host.origin);
  admin = (await signIn("root")).access_token;
});

after(async () => {
  await worker?.end();
  await host?.end();
});

async function ask(path, body, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(host.origin + path, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

const signIn = (username) => ask("/auth/login", { username, password: PASSWORD });

// What is issued within two seconds of a change of roles may not know of it yet, and is outdated with the rest.
const ROLES_SETTLE_MS = 3_100;

/** Somebody new, who may read everything. */
async function reader(username) {
  const { id } = await stranger(username);
  await ask(`/users/${id}/roles`, { role: "viewer" }, admin);
  await sleep(ROLES_SETTLE_MS);
  return { id, ...(await signIn(username)) };
}

/** Somebody new, who may do nothing. */
async function stranger(username) {
  const { id } = await ask("/auth/register", { username, email: `${username}@example.com`, password: PASSWORD });
  return { id, ...(await signIn(username)) };
}

/** What the worker answers once it has heard of what the server says now: at most a minute, and some requests, later. */
async function later(token, ahead, wanted) {
  for (let tries = 0; tries < 40; tries += 1) {
    const answer = await worker.notes(token, ahead);
    if (answer.status === wanted) return answer;
    await sleep(50);
  }
  return worker.notes(token, ahead);
}

test("a good token passes and is told what it may", async () => {
  const { id, access_token: token } = await reader("ada");
  // The first ones come all at once, when nothing is known yet.
  for (const answer of await Promise.all(Array.from({ length: 10 }, () => worker.notes(token)))) {
    assert.deepEqual([answer.status, answer.notes], [200, [`A note for user ${id}.`]]);
  }
  const { access_token: other } = await stranger("bob");
  assert.equal((await worker.notes(other)).status, 403);
});

test("no token, a tampered one and an expired one are 401 with WWW-Authenticate", async () => {
  const { access_token: token, expires_in: lifetime } = await stranger("carl");
  const [header, claims, signature] = token.split(".");
  const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, "base64url")), sub: "1" })).toString("base64url");
  for (const [shown, ahead, code, challenge] of [
    [undefined, 0, "token_required", /^Bearer$/],
    [`${header}.${other}.${signature}`, 0, "token_signature_invalid", /^Bearer error="invalid_token"/],
    [token, lifetime, "token_expired", /^Bearer error="invalid_token", error_description="The token has expired\."$/],
  ]) {
    const answer = await worker.notes(shown, ahead);
    assert.deepEqual([answer.status, answer.code], [401, code]);
    assert.match(answer.headers.get("www-authenticate"), challenge);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    assert.equal(answer.type, `${host.origin}/docs/errors#${code}`);
  }
});

test("a role that is given is felt, and its holder has only to refresh", async () => {
  const { id, access_token: before, refresh_token } = await stranger("dora");
  assert.equal((await worker.notes(before, 0)).status, 403);
  await ask(`/users/${id}/roles`, { role: "viewer" }, admin);
  const outdated = await later(before, 61, 401);
  assert.deepEqual([outdated.status, outdated.code], [401, "token_outdated"]);
  await sleep(ROLES_SETTLE_MS);
  const { access_token: fresh } = await ask("/auth/refresh", { refresh_token });
  assert.equal((await later(fresh, 61, 200)).status, 200);
});

test("who logs out is out, also while the server is away; past maxStaleSec nobody is in", async () => {
  const stays = (await reader("erin")).access_token;
  const leaves = (await signIn("erin")).access_token;
  for (const token of [stays, leaves]) assert.equal((await later(token, 0, 200)).status, 200);
  await ask("/auth/logout", {}, leaves);
  assert.equal((await later(leaves, 61, 401)).code, "token_revoked");

  await host.kill();
  for (const ahead of [62, 150, 290]) {
    assert.equal((await worker.notes(leaves, ahead)).code, "token_revoked");
    assert.equal((await worker.notes(stays, ahead)).status, 200);
  }
  const stale = await worker.notes(stays, 400);
  assert.deepEqual([stale.status, stale.headers.get("content-type")], [503, "application/problem+json"]);
  assert.match(stale.code, /^(keys|revocations)_stale$/);
  assert.ok(Number(stale.headers.get("retry-after")) >= 1);

  await host.start();
  assert.equal((await later(stays, 0, 200)).status, 200);
  assert.equal((await worker.notes(leaves, 0)).code, "token_revoked");
});

test("a rotation of the keys is survived, also one that nobody was told of before", async () => {
  const old = (await reader("fred")).access_token;
  for (const ahead of [20, 40]) {
    host.run(["keys", "rotate"]);
    const fresh = (await signIn("fred")).access_token;
    assert.notEqual(fresh.split(".")[0], old.split(".")[0]);
    for (const token of [fresh, old]) assert.equal((await later(token, ahead, 200)).status, 200);
  }
});
