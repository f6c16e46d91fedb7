// Staying signed in: when tokens are replaced, by whom, and what happens when that fails.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CREDENTIALS, KEY, World, json, problem, settle } from "./client/world.mjs";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const isRefresh = ({ path }) => path === "/auth/refresh";
const once = (fault) => (request) => (isRefresh(request) ? fault : undefined);
const always = (make) => (request) => (isRefresh(request) ? make() : undefined);

async function signedIn(world, options) {
  const tab = world.tab(options);
  const { error } = await world.until(tab.client.signInWithPassword(CREDENTIALS));
  assert.equal(error, null);
  await settle();
  return tab;
}

const session = async (tab) => (await tab.client.getSession()).data.session;

test("a token is replaced 90 s before it expires, give or take a tenth", async () => {
  const world = new World();
  const tab = await signedIn(world);
  await world.pass(3600 * SECOND - 100 * SECOND);
  assert.equal(world.server.refreshes, 0);
  await world.pass(10 * SECOND);
  assert.equal(world.server.refreshes, 1);
  assert.deepEqual(tab.events, ["INITIAL_SESSION", "SIGNED_IN", "TOKEN_REFRESHED"]);
  await world.pass(3600 * SECOND - 110 * SECOND);
  assert.equal(world.server.refreshes, 1, "and the next one an hour later");
});

test("a token that lives less than three minutes is replaced at half its life", async () => {
  const world = new World();
  world.server.lifetimeSecs = 10;
  await signedIn(world);
  await world.pass(4.4 * SECOND);
  assert.equal(world.server.refreshes, 0);
  await world.pass(0.6 * SECOND);
  assert.equal(world.server.refreshes, 1);
});

test("clients are spread over the time in which they refresh", async (context) => {
  const times = [];
  for (const chance of [0, 0.5, 0.999]) {
    context.mock.method(Math, "random", () => chance);
    const world = new World();
    await signedIn(world);
    while (world.server.refreshes === 0) await world.pass(SECOND);
    times.push(world.now / SECOND);
  }
  assert.ok(times[0] > times[1] && times[1] > times[2], String(times));
});

test("a server that grants nothing but dead tokens is not asked more than twice a second", async () => {
  const world = new World();
  await signedIn(world);
  world.server.lifetimeSecs = 0;
  await world.until(world.tab().client.refreshSession());
  const before = world.server.refreshes;
  await world.pass(10 * SECOND);
  assert.ok(world.server.refreshes - before <= 2 * 21, `${world.server.refreshes - before} by two tabs`);
});

test("without autoRefresh nothing is asked by itself, and an expired token is replaced when one is needed", async () => {
  const world = new World();
  const tab = await signedIn(world, { autoRefresh: false });
  await world.pass(2 * 3600 * SECOND);
  assert.equal(world.server.refreshes, 0);
  const { data } = await world.until(tab.client.getUser());
  assert.equal(data.user.username, "ada");
  assert.equal(world.server.refreshes, 1);
  assert.equal(world.server.requests.filter(({ path }) => path === "/users/me").length, 1, "no 401 was needed to find out");
});

test("many who ask at once are served by one request", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  const results = await world.until(Promise.all(Array.from({ length: 20 }, () => client.refreshSession())));
  assert.equal(world.server.refreshes, 1);
  assert.equal(new Set(results.map(({ data }) => data.session.access_token)).size, 1);
});

for (const [name, options] of Object.entries({
  "with Web Locks and channels": {},
  "with Web Locks alone": { channel: false },
  "without Web Locks": { locks: false },
})) {
  test(`five tabs, ${name}: one refresh a turn over forty turns, and nobody is signed out`, async () => {
    const world = new World();
    world.server.lifetimeSecs = 4;
    const first = await signedIn(world, options);
    const tabs = [first, ...Array.from({ length: 4 }, () => world.tab(options))];
    await world.pass(80 * SECOND);
    const { refreshes } = world.server;
    const [{ pair }] = world.server.sessions.values();
    assert.ok(refreshes >= 36 && refreshes <= 45, `${refreshes} refreshes`);
    assert.equal(refreshes, pair, "each gave a pair of its own");
    for (const tab of tabs) {
      assert.ok(!tab.events.includes("SIGNED_OUT"));
      assert.equal((await session(tab)).refresh_token, `s1.${pair}`);
    }
  });
}

test("a tab that waited for the lock takes the pair that it finds", async () => {
  const world = new World();
  const [one, other] = [await signedIn(world), world.tab()];
  await settle();
  const results = await world.until(Promise.all([one.client.refreshSession(), other.client.refreshSession()]));
  assert.equal(world.server.refreshes, 1);
  assert.equal(results[0].data.session.access_token, results[1].data.session.access_token);
  assert.deepEqual(other.events, ["INITIAL_SESSION", "TOKEN_REFRESHED"]);
});

test("an old token is never sent where the storage holds a newer one", async () => {
  const world = new World();
  // Nothing tells the second of what the first does.
  const one = await signedIn(world, { channel: false });
  const other = world.tab({ channel: false });
  await settle();
  for (let turn = 0; turn < 3; turn += 1) await world.until(one.client.refreshSession());
  await world.pass(MINUTE);
  const { error } = await world.until(other.client.getUser());
  assert.equal(error, null);
  const { data } = await world.until(other.client.refreshSession());
  assert.match(data.session.refresh_token, /^s1\.[34]$/);
  assert.deepEqual(
    world.server.requests.filter(isRefresh).map(({ body }) => body.refresh_token),
    [...new Set(world.server.requests.filter(isRefresh).map(({ body }) => body.refresh_token))],
    "none was sent twice",
  );
});

test("an answer that is lost is asked for again within the time in which the server gives it", async () => {
  for (const fault of [{ lost: true }, { hangs: true }, new Response("<html>Bad gateway</html>", { status: 502 }), new Response("<html>", { status: 200 })]) {
    const world = new World();
    const tab = await signedIn(world);
    // Whatever the client is told, the server has made the next pair.
    world.server.faults.push((request) => {
      if (!isRefresh(request)) return undefined;
      if (fault instanceof Response) world.server.answer(request);
      return fault;
    });
    const { data, error } = await world.until(tab.client.refreshSession());
    assert.equal(error, null);
    assert.equal(data.session.refresh_token, "s1.1", "the pair that got lost");
    assert.ok(!tab.events.includes("SIGNED_OUT"));
  }
});

test("a network that takes six seconds for each answer refreshes, too", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.delayMs = 6 * SECOND;
  const { data, error } = await world.until(tab.client.refreshSession());
  assert.equal(error, null);
  assert.equal(data.session.refresh_token, "s1.1");
});

test("nobody is signed out by a failing network, a failing server or one with too much to do", async () => {
  const faults = {
    "no network": () => new TypeError("failed to fetch"),
    "500": () => problem(500, "internal"),
    "503": () => problem(503, "overloaded", {}, { "retry-after": "5" }),
    "429": () => problem(429, "too_many_attempts", {}, { "retry-after": "5" }),
    "a proxy's page": () => new Response("<html>not yet</html>", { status: 502 }),
    "a portal's page": () => new Response("<html>log in to the Wi-Fi</html>", { status: 200 }),
    "a proxy's 401": () => new Response("<html>proxy</html>", { status: 401 }),
    "somebody else's 401": () => json({ error: "unauthorized" }, 401),
    "another 401 of ours": () => problem(401, "token_required"),
    "403": () => problem(403, "application_disabled"),
    "404 while the server is being replaced": () => problem(404, "not_found"),
  };
  for (const [name, fault] of Object.entries(faults)) {
    const world = new World();
    const tab = await signedIn(world);
    world.server.broken = always(fault);
    await world.pass(3 * 3600 * SECOND);
    assert.ok(!tab.events.includes("SIGNED_OUT"), name);
    assert.ok(await session(tab), name);
    const { data, error } = await world.until(tab.client.getUser());
    assert.equal(data, null, name);
    assert.notEqual(error.code, "not_signed_in", name);
    world.server.broken = undefined;
    tab.fire("online");
    await world.pass(SECOND);
    assert.equal((await world.until(tab.client.getUser())).data.user.id, 7, name);
  }
});

test("after failures the client comes back ever more rarely, at least once a minute", async () => {
  const world = new World();
  await signedIn(world);
  await world.pass(3600 * SECOND - 100 * SECOND);
  const times = [];
  world.server.broken = always(() => {
    times.push(world.now);
    return problem(429, "too_many_attempts");
  });
  await world.pass(20 * MINUTE);
  const pauses = times.slice(1).map((time, at) => time - times[at]);
  assert.ok(pauses[0] <= 2 * SECOND && pauses[1] > pauses[0] && pauses[2] > pauses[1], String(pauses));
  assert.ok(Math.max(...pauses) <= MINUTE, String(pauses));
  assert.ok(times.length <= 32, `${times.length} in 20 minutes`);
});

test("Retry-After is waited out, in all tabs, unless somebody insists", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.tab();
  await settle();
  await world.pass(3600 * SECOND - 100 * SECOND);
  world.server.faults.push(once(problem(429, "too_many_attempts", {}, { "retry-after": "40" })));
  await world.pass(15 * SECOND);
  const after = world.server.requests.filter(isRefresh).length;
  assert.equal(after, 1, "the other tab keeps away, too");
  await world.pass(20 * SECOND);
  assert.equal(world.server.requests.filter(isRefresh).length, 1);
  const { error } = await world.until(tab.client.refreshSession());
  assert.equal(error, null, "who insists is let through");
});

test("a session that the server says is gone is over in every tab", async () => {
  for (const code of ["session_ended", "token_reused", "refresh_token_invalid"]) {
    const world = new World();
    const [one, other] = [await signedIn(world), world.tab()];
    await settle();
    world.server.faults.push(once(problem(401, code)));
    const { data, error } = await world.until(one.client.refreshSession());
    assert.equal(data, null);
    assert.equal(error.code, code);
    await settle();
    assert.deepEqual(one.events, ["INITIAL_SESSION", "SIGNED_IN", "SIGNED_OUT"]);
    assert.deepEqual(other.events, ["INITIAL_SESSION", "SIGNED_OUT"]);
    assert.equal((await one.client.getUser()).error.code, "not_signed_in");
    assert.equal(world.stored().session, null);
    assert.equal(world.stored().devices.length, 1, "what proves the device stays");
  }
});

test("nobody is signed out by a 401 when another tab has stored a newer pair meanwhile", async () => {
  const world = new World();
  const tab = await signedIn(world);
  const older = world.storage.get(KEY);
  const { data } = await world.until(tab.client.refreshSession());
  const newer = world.storage.get(KEY);
  world.storage.set(KEY, older);
  await session(tab);
  world.server.faults.push((request) => {
    if (!isRefresh(request)) return undefined;
    world.storage.set(KEY, newer);
    return problem(401, "token_reused");
  });
  const result = await world.until(tab.client.refreshSession());
  assert.equal(result.error, null);
  assert.equal(result.data.session.access_token, data.session.access_token);
  assert.ok(!tab.events.includes("SIGNED_OUT"));
});

test("where there are no channels, tabs hear of each other by the storage", async () => {
  const world = new World();
  const [one, other] = [await signedIn(world, { channel: false }), world.tab({ channel: false })];
  await settle();
  await world.until(one.client.refreshSession());
  other.fire("storage", { key: "another's" });
  await settle();
  assert.deepEqual(other.events, ["INITIAL_SESSION"]);
  other.fire("storage", { key: KEY });
  await settle();
  assert.deepEqual(other.events, ["INITIAL_SESSION", "TOKEN_REFRESHED"]);
  await world.until(one.client.signOut());
  other.fire("storage", { key: KEY });
  await settle();
  assert.equal(other.events.at(-1), "SIGNED_OUT");
});

test("a tab closed while it holds the lock leaves its lost answer to the next one", async () => {
  const world = new World();
  const [one, other] = [await signedIn(world), world.tab({ autoRefresh: false })];
  await settle();
  world.server.faults.push(once({ hangs: true }));
  void one.client.refreshSession();
  await settle();
  one.close();
  await world.pass(30 * SECOND);
  assert.equal((await session(other)).refresh_token, "s1.1");
  assert.equal((await world.until(other.client.refreshSession())).data.session.refresh_token, "s1.2");
  assert.ok(!other.events.includes("SIGNED_OUT"));
});

for (const options of [{}, { channel: false }, { locks: false }, { locks: false, channel: false }]) {
  test(`five tabs that ask at the same moment make one request: ${JSON.stringify(options)}`, async () => {
    const world = new World();
    const tabs = [await signedIn(world, options), ...Array.from({ length: 4 }, () => world.tab(options))];
    await settle();
    const results = await world.until(Promise.all(tabs.map(({ client }) => client.refreshSession())));
    assert.equal(world.server.requests.filter(isRefresh).length, 1);
    assert.deepEqual([...new Set(results.map(({ data }) => data.session.refresh_token))], ["s1.1"]);
  });
}

test("a tab that was suspended with the lock does not keep the others waiting for good", async () => {
  const world = new World();
  const [one, other] = [await signedIn(world), world.tab({ channel: false })];
  await settle();
  world.server.faults.push(once({ hangs: true }));
  void one.client.refreshSession();
  await settle();
  one.asleep = true;
  const asked = other.client.refreshSession();
  await world.pass(24 * SECOND);
  assert.equal(world.server.refreshes, 1);
  const { error } = await world.until(asked);
  // Whatever becomes of the session by then, one is told.
  assert.equal(error?.code, "token_reused");
});

test("a timer that slept is made up for as soon as the page is looked at, or is online again", async () => {
  for (const type of ["visibilitychange", "online"]) {
    const world = new World();
    const tab = await signedIn(world);
    await world.sleep(tab, 2 * 3600 * SECOND);
    await world.pass(SECOND);
    assert.equal(world.server.refreshes, 0, "the timer thinks that there is time");
    tab.fire(type);
    await world.pass(0);
    assert.equal(world.server.refreshes, 1, type);
  }
});

test("a sleep in which the monotonic clock stood still is seen by the other clock", async () => {
  const world = new World();
  const tab = await signedIn(world);
  tab.asleep = true;
  await world.pass(2 * 3600 * SECOND);
  tab.stoodStill = 2 * 3600 * SECOND;
  tab.asleep = false;
  const { error } = await world.until(tab.client.getUser());
  assert.equal(error, null);
  assert.equal(world.server.requests.filter(({ path }) => path === "/users/me").length, 1, "no dead token was sent");
});

test("time is counted from the receipt: a device whose clock is wrong, or is set, refreshes no earlier and no later", async () => {
  for (const wallOffset of [0, -3 * 3600 * SECOND, 400 * 24 * 3600 * SECOND]) {
    const world = new World();
    const tab = await signedIn(world, { wallOffset });
    await world.pass(3600 * SECOND - 100 * SECOND);
    assert.equal(world.server.refreshes, 0, `${wallOffset}`);
    await world.pass(10 * SECOND);
    assert.equal(world.server.refreshes, 1, `${wallOffset}`);
    // Somebody turns it back; the other clock knows better.
    tab.wallOffset -= 5 * 3600 * SECOND;
    tab.fire("visibilitychange");
    await world.pass(3600 * SECOND - 90 * SECOND);
    assert.equal(world.server.refreshes, 2, `${wallOffset}`);
    assert.ok(!tab.events.includes("SIGNED_OUT"));
  }
});

test("a session is found again by the next page, with the time that it has left", async () => {
  const world = new World();
  (await signedIn(world)).close();
  await world.pass(50 * MINUTE);
  const tab = world.tab();
  await settle();
  assert.deepEqual(tab.events, ["INITIAL_SESSION"]);
  assert.equal((await session(tab)).user.username, "ada");
  await world.pass(8 * MINUTE + 20 * SECOND);
  assert.equal(world.server.refreshes, 0);
  await world.pass(11 * SECOND);
  assert.equal(world.server.refreshes, 1);
});
