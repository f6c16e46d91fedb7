// Where the client keeps its session, and what is put in its way: broken storages, wrong options, polluted prototypes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ADA, BASE, CREDENTIALS, KEY, World, json, settle } from "./client/world.mjs";

async function signedIn(world, options) {
  const tab = world.tab(options);
  const { error } = await world.until(tab.client.signInWithPassword(CREDENTIALS));
  assert.equal(error, null);
  await settle();
  return tab;
}

test("what is stored by others, or broken, is ignored and no error", async () => {
  const good = { session: { access_token: "a", refresh_token: "r", expires_in: 60, expires_at: 5, user: ADA }, login: "x", devices: [] };
  for (const content of [
    "", "null", "{", "[]", "5", `"text"`, "{}", `{"session":null}`, `{"session":5,"devices":[]}`, `{"session":"","devices":[]}`,
    JSON.stringify({ ...good, devices: 5 }),
    JSON.stringify({ ...good, session: { ...good.session, access_token: 5 } }),
    JSON.stringify({ ...good, session: { ...good.session, refresh_token: "r\n" } }),
    JSON.stringify({ ...good, session: { ...good.session, user: null } }),
    JSON.stringify({ ...good, session: { ...good.session, expires_at: "soon" } }),
    `{"__proto__":${JSON.stringify(good)}}`,
  ]) {
    const world = new World();
    world.storage.set(KEY, content);
    const tab = world.tab();
    assert.deepEqual(await tab.client.getSession(), { data: { session: null }, error: null }, content);
    assert.equal((await world.until(tab.client.signInWithPassword(CREDENTIALS))).error, null, content);
  }
});

test("content that breaks while a tab is signed in signs nobody out", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.storage.set(KEY, "broken");
  assert.ok((await tab.client.getSession()).data.session);
  assert.equal((await world.until(tab.client.refreshSession())).error, null);
  assert.equal(world.stored().session.refresh_token, "s1.1", "and is mended at the next chance");
});

test("a storage that fails, at once or later, costs the next visit and not this one", async () => {
  const fail = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const stores = {
    "that cannot be read": { getItem: fail, setItem() {}, removeItem() {} },
    "that cannot be written": { getItem: () => null, setItem: fail, removeItem: fail },
    "that rejects": { getItem: async () => fail(), setItem: async () => fail(), removeItem: async () => fail() },
  };
  for (const [name, storage] of Object.entries(stores)) {
    for (const locks of [true, false]) {
      const world = new World();
      const { client } = await signedIn(world, { storage, locks });
      assert.equal((await world.until(client.refreshSession())).error, null, name);
      assert.equal((await world.until(client.refreshSession())).data.session.refresh_token, "s1.2", name);
      assert.equal((await client.getSession()).data.session.refresh_token, "s1.2", name);
    }
  }
});

test("an asynchronous storage serves as well, and of two changes at once neither is lost", async () => {
  for (let offset = 0; offset <= 4000; offset += 250) {
    const world = new World();
    world.server.user = { ...ADA, mfa_enabled: true };
    const items = new Map();
    const slow = (work) => async (...args) => {
      await new Promise((done) => world.after(1000, done));
      return work(...args);
    };
    const storage = { getItem: slow((key) => items.get(key) ?? null), setItem: slow((key, text) => void items.set(key, text)), removeItem: slow((key) => void items.delete(key)) };
    const tab = await signedIn(world, { storage });
    await world.pass(10_000);
    world.server.broken = ({ path }) => (path === "/auth/mfa/disable" ? new Response(null, { status: 204 }) : undefined);
    const refreshed = tab.client.refreshSession();
    await world.pass(offset);
    const [result, disabled] = await world.until(Promise.all([refreshed, tab.client.mfa.disable({ code: "1" })]));
    assert.equal(result.error ?? disabled.error, null);
    const other = world.tab({ storage });
    assert.equal((await world.until(other.client.getSession())).data.session.refresh_token, "s1.1", `${offset} ms later`);
  }
});

test("without localStorage the session is this page's alone", async () => {
  for (const localStorage of [undefined, { getItem: () => null, setItem() { throw new Error("blocked"); }, removeItem() {} }]) {
    const world = new World();
    const one = await signedIn(world, { host: { localStorage } });
    const other = world.tab({ host: { localStorage } });
    assert.ok((await one.client.getSession()).data.session);
    assert.equal((await other.client.getSession()).data.session, null);
  }
});

test("two servers never see each other's tokens", async () => {
  const world = new World();
  await signedIn(world);
  const { client } = world.tab({ baseURL: "https://staging.example/api/" });
  assert.equal((await client.getSession()).data.session, null);
  await world.until(client.signInWithPassword(CREDENTIALS));
  assert.equal(String(world.server.requests.at(-1).path), "/api/auth/login");
});

test("baseURL is https, or http on this machine, and an origin with a path at most", () => {
  const world = new World();
  for (const baseURL of ["https://auth.example", "https://auth.example:8443/api/", "http://localhost:8000", "http://app.localhost", "http://127.0.0.1:5", "http://[::1]:8000", new URL("https://auth.example")]) {
    world.tab({ baseURL });
  }
  for (const baseURL of [undefined, null, 5, "", "auth.example", "/api", "http://auth.example", "http://localhost.example", "http://127.0.0.1.example", "ftp://localhost", "https://user:pass@auth.example", "https://auth.example?a=b", "https://auth.example/#x", "javascript:1", "data:,x"]) {
    assert.throws(() => world.tab({ baseURL }), (error) => error instanceof TypeError && error.code === "invalid_format", String(baseURL));
  }
});

test("a wrong option is a TypeError at once", () => {
  const world = new World();
  for (const [options, code] of [
    [{ base: BASE }, "unknown_field"],
    [{ baseURL: undefined }, "invalid_format"],
    ...[{ storage: {} }, { storage: "local" }, { storage: { getItem() {} } }, { fetch: "fetch" }].map((options) => [options, "invalid_type"]),
  ]) {
    assert.throws(() => world.tab(options), (error) => error instanceof TypeError && error.code === code, JSON.stringify(options));
  }
});

test("a polluted prototype sets no option, brings no session and changes no request", async () => {
  const polluted = { token: "evil", mfa_token: "evil", baseURL: "https://evil.example", storage: 5, patience: 0, keepalive: true, outlives: true, access_token: "evil", refresh_token: "evil", expires_in: 5, session: { access_token: "evil" }, user: ADA, id: 9, code: "token_reused", scope: "global", issuer: "evil", items: [], login: "evil" };
  for (const [name, value] of Object.entries(polluted)) Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: false });
  try {
    const world = new World();
    const tab = world.tab();
    assert.equal((await tab.client.getSession()).data.session, null);
    world.server.faults.push(() => json({}), () => json({}, 401));
    assert.equal((await world.until(tab.client.signInWithPassword(CREDENTIALS))).error.code, "invalid_response");
    assert.equal((await world.until(tab.client.signInWithPassword(CREDENTIALS))).error.code, "invalid_response");
    assert.equal((await world.until(tab.client.signInWithPassword(CREDENTIALS))).data.session.access_token, "access-s1.0@3600000");
    for (const { bearer, init } of world.server.requests) assert.deepEqual([bearer, init.keepalive], [undefined, false]);
    assert.equal((await world.until(tab.client.getUser())).data.user.id, 7);
    await world.until(tab.client.signOut());
    assert.equal(world.server.requests.at(-1).path, "/auth/logout");
  } finally {
    for (const name of Object.keys(polluted)) delete Object.prototype[name];
  }
});
