// The client's methods, one by one: what they send, what they answer, what they make of everything that can go wrong.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AuthError } from "../js/client/error.js";
import { ADA, CREDENTIALS, KEY, World, json, problem, settle } from "./client/world.mjs";

async function signedIn(world, options) {
  const tab = world.tab(options);
  const { error } = await world.until(tab.client.signInWithPassword(CREDENTIALS));
  assert.equal(error, null);
  await settle();
  return tab;
}

/** A client whose every request is answered by `answer(request)`. */
function answered(answer, options) {
  const world = new World();
  world.server.broken = (request) => answer(request) ?? problem(404, "not_found");
  return { world, ...world.tab(options) };
}

test("signing in answers user and session, and tells it", async () => {
  const world = new World();
  const tab = world.tab();
  const { data, error } = await world.until(tab.client.signInWithPassword(CREDENTIALS));
  assert.equal(error, null);
  assert.deepEqual(data.user, ADA);
  assert.deepEqual(Object.keys(data.session), ["access_token", "refresh_token", "token_type", "expires_in", "expires_at", "user"]);
  await settle();
  assert.deepEqual(tab.events, ["INITIAL_SESSION", "SIGNED_IN"]);
  assert.deepEqual((await tab.client.getSession()).data.session, data.session);
});

test("a wrong password is an AuthError with all that the server said of it", async () => {
  const issues = [{ field: "password", code: "required", message: "This field is required." }];
  const { world, client } = answered(() => problem(429, "too_many_attempts", { errors: issues }, { "retry-after": "60" }));
  const { data, error } = await world.until(client.signInWithPassword(CREDENTIALS));
  assert.equal(data, null);
  assert.ok(error instanceof AuthError && error instanceof Error);
  assert.deepEqual({ ...error }, { name: "AuthError", code: "too_many_attempts", status: 429, retryAfter: 60, requestId: "r1", issues });
  assert.equal(error.message, "It is too_many_attempts.");
});

test("a log-in that wants a second factor is finished by mfa.verify", async () => {
  const grant = { access_token: "a", refresh_token: "r", expires_in: 3600, user: ADA, device_token: "d" };
  const { world, client, events } = answered(({ path, bearer }) => {
    if (path === "/auth/login") return problem(401, "mfa_required", { mfa_token: "waiting" });
    if (path === "/auth/mfa/verify" && bearer === "waiting") return json({ message: "MFA verified successfully", ...grant });
    return undefined;
  });
  const first = await world.until(client.signInWithPassword(CREDENTIALS));
  assert.equal(first.error.code, "mfa_required");
  assert.equal(first.error.mfaToken, "waiting");
  assert.ok(!JSON.stringify(first.error).includes("waiting"), "nothing that logs errors gets hold of it");
  const { data, error } = await world.until(client.mfa.verify({ code: "123456" }));
  assert.equal(error, null);
  assert.equal(data.session.access_token, "a");
  await settle();
  assert.deepEqual(events, ["INITIAL_SESSION", "SIGNED_IN"]);
  const request = world.server.requests.at(-1);
  assert.deepEqual(request.body, { code: "123456" });
  // It was good once. From now on a code is shown for oneself.
  await world.until(client.mfa.verify({ code: "123456" }));
  assert.equal(world.server.requests.at(-1).bearer, "a");
});

test("an mfa_token may also be handed in, and one that is over is forgotten", async () => {
  const { world, client } = answered(({ path }) =>
    path === "/auth/login" ? problem(401, "mfa_required", { mfa_token: "old" }) : problem(401, "mfa_token_invalid"),
  );
  await world.until(client.mfa.verify({ code: "1", mfa_token: "handed" }));
  assert.equal(world.server.requests.at(-1).bearer, "handed");
  assert.deepEqual(world.server.requests.at(-1).body, { code: "1" });
  await world.until(client.signInWithPassword(CREDENTIALS));
  assert.equal((await world.until(client.mfa.verify({ code: "1" }))).error.code, "mfa_token_invalid");
  assert.equal((await world.until(client.mfa.verify({ code: "1" }))).error.code, "not_signed_in");
});

test("turning a second factor on and off is told of the user", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.broken = ({ path }) => {
    if (path === "/auth/mfa/enable") return json({ secret: "S", qr_code: "data:image/png;base64,", otpauth_url: "otpauth://totp/a" });
    if (path === "/auth/mfa/verify") return json({ message: "MFA verified successfully", recovery_codes: ["one"] });
    if (path === "/auth/mfa/recovery-codes") return json({ recovery_codes: ["two"] });
    if (path === "/auth/mfa/disable") return new Response(null, { status: 204 });
    return undefined;
  };
  assert.equal((await world.until(tab.client.mfa.enable())).data.secret, "S");
  const { data } = await world.until(tab.client.mfa.verify({ code: "123456" }));
  assert.deepEqual(data.recovery_codes, ["one"]);
  assert.equal((await tab.client.getSession()).data.session.user.mfa_enabled, true);
  assert.deepEqual((await world.until(tab.client.mfa.recoveryCodes({ code: "1" }))).data, { recovery_codes: ["two"] });
  assert.deepEqual(await world.until(tab.client.mfa.disable({ code: "1" })), { data: null, error: null });
  assert.equal((await tab.client.getSession()).data.session.user.mfa_enabled, false);
  await settle();
  assert.deepEqual(tab.events.slice(2), ["USER_UPDATED", "USER_UPDATED"]);
});

test("signing up makes the account and signs in, where the server lets one in at once", async () => {
  const form = { username: "ada", email: "ada@example.com", password: CREDENTIALS.password, first_name: "Ada" };
  const registered = ({ path }) =>
    path === "/auth/register" ? json({ message: "User registered successfully", user_id: "user_7", ...ADA }, 201) : undefined;
  const world = new World();
  world.server.broken = registered;
  const tab = world.tab();
  const { data } = await world.until(tab.client.signUp(form));
  assert.deepEqual(data.user, ADA, "without what is no part of a user");
  assert.ok(data.session.access_token);
  assert.deepEqual(world.server.requests[0].body, form);

  const strict = new World();
  strict.server.broken = (request) => registered(request) ?? problem(403, "email_not_verified");
  const unverified = await strict.until(strict.tab().client.signUp(form));
  assert.deepEqual(unverified, { data: { user: ADA, session: null }, error: null });

  const taken = answered(() => problem(400, "username_taken", { errors: [{ field: "username", code: "username_taken", message: "Taken." }] }));
  const { error } = await taken.world.until(taken.client.signUp(form));
  assert.equal(error.issues[0].field, "username");
});

test("signing out is felt at once in all tabs, ends the session on the server, and keeps what proves the device", async () => {
  const world = new World();
  const [one, other] = [await signedIn(world), world.tab()];
  await settle();
  assert.deepEqual(await world.until(one.client.signOut()), { data: null, error: null });
  await settle();
  for (const tab of [one, other]) {
    assert.equal(tab.events.at(-1), "SIGNED_OUT");
    assert.equal((await tab.client.getSession()).data.session, null);
  }
  assert.ok([...world.server.sessions.values()].every(({ ended }) => ended));
  assert.ok(world.server.requests.at(-1).init.keepalive, "a page that is left does not take the log-out with it");
  await world.until(other.client.signInWithPassword(CREDENTIALS));
  assert.equal(world.server.requests.at(-1).body.device_token, "device-s1.");
  assert.deepEqual(await world.until(world.tab({ host: { localStorage: undefined } }).client.signOut()), { data: null, error: null });
});

test("without a network one is signed out here and told that the server was not", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.broken = () => new TypeError("no network");
  const { error } = await world.until(tab.client.signOut());
  assert.equal(error.code, "network_error");
  assert.equal((await tab.client.getSession()).data.session, null);
});

test("signing out everywhere needs the server, and keeps the session where it could not be told", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.broken = () => new TypeError("no network");
  assert.equal((await world.until(tab.client.signOut({ scope: "global" }))).error.code, "network_error");
  assert.ok((await tab.client.getSession()).data.session);
  world.server.broken = ({ path }) => (path === "/auth/logout-all" ? new Response(null, { status: 204 }) : undefined);
  assert.deepEqual(await world.until(tab.client.signOut({ scope: "global" })), { data: null, error: null });
  assert.equal((await tab.client.getSession()).data.session, null);
});

test("a refresh under way does not bring back who signs out meanwhile", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.delayMs = 1000;
  const refreshed = tab.client.refreshSession();
  await world.pass(100);
  await world.until(tab.client.signOut());
  assert.equal((await world.until(refreshed)).error.code, "not_signed_in");
  assert.equal((await tab.client.getSession()).data.session, null);
  assert.equal(world.stored().session, null);
});

test("each account has its own proof of the device, by whichever name, and no name is stored", async () => {
  const people = { ada: { ...ADA, id: 1 }, grace: { ...ADA, id: 2, username: "grace", email: "grace@example.com" }, nameless: { ...ADA, id: 3, username: null, email: "no@example.com" }, alsoNameless: { ...ADA, id: 4, username: null, email: "nor@example.com" } };
  const { world, client } = answered(({ path, body }) => {
    if (path !== "/auth/login") return new Response(null, { status: 204 });
    const [name, user] = Object.entries(people).find(([, one]) => Object.values(one).includes((body.identifier ?? body.email ?? body.username).toLowerCase()));
    return json({ access_token: "a", refresh_token: "r", expires_in: 3600, user, device_token: `device of ${name}` });
  });
  const sent = async (credentials) => {
    await world.until(client.signInWithPassword({ ...credentials, password: "x" }));
    const { body } = world.server.requests.at(-1);
    await world.until(client.signOut());
    return body.device_token;
  };
  for (const first of [{ username: "ada" }, { identifier: "GRACE" }, { email: "no@example.com" }, { email: "nor@example.com" }]) assert.equal(await sent(first), undefined);
  assert.equal(await sent({ email: "Ada@Example.com" }), "device of ada");
  assert.equal(await sent({ identifier: "grace@example.com" }), "device of grace");
  assert.equal(await sent({ email: "no@example.com" }), "device of nameless");
  assert.equal(await sent({ email: "nor@example.com" }), "device of alsoNameless");
  assert.equal(await sent({ username: "ada" }), "device of ada");
  const kept = world.storage.get(KEY);
  assert.equal(JSON.parse(kept).devices.length, 4);
  for (const name of ["example.com", "\"ada\"", "\"grace\""]) assert.ok(!kept.includes(name), kept);
});

test("what one asks the server is sent as the contract has it", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  let answer;
  world.server.broken = () => answer;
  const calls = [
    [() => client.getUser(), "GET /users/me", undefined, json(ADA), { user: ADA }],
    [() => client.updateUser({ name: "Ada" }), "PUT /users/me", { name: "Ada" }, json({ ...ADA, name: "Ada" }), { user: { ...ADA, name: "Ada" } }],
    [() => client.changePassword({ current_password: "a", password: "b" }), "PUT /users/me", { current_password: "a", password: "b" }, json(ADA), { user: ADA }],
    [() => client.requestPasswordReset({ email: "a@b.c" }), "POST /auth/password/forgot", { email: "a@b.c" }, json({ message: "…" }, 202), null],
    [() => client.confirmPasswordReset({ token: "t", password: "p" }), "POST /auth/password/reset", { token: "t", password: "p" }, new Response(null, { status: 204 }), null],
    [() => client.requestVerification({ email: "a@b.c" }), "POST /auth/email/resend", { email: "a@b.c" }, json({ message: "…" }, 202), null],
    [() => client.confirmVerification({ token: "t" }), "POST /auth/email/verify", { token: "t" }, new Response(null, { status: 204 }), null],
    [() => client.listSessions(), "GET /auth/sessions", undefined, json({ items: [], next_cursor: null }), { items: [], next_cursor: null }],
    [() => client.listSessions({ limit: 2, cursor: "a&b" }), "GET /auth/sessions?limit=2&cursor=a%26b", undefined, json({ items: [], next_cursor: null }), { items: [], next_cursor: null }],
    [() => client.listSessions({ limit: 2, cursor: undefined }), "GET /auth/sessions?limit=2", undefined, json({ items: [], next_cursor: null }), { items: [], next_cursor: null }],
    [() => client.revokeSession("a/b"), "DELETE /auth/sessions/a%2Fb", undefined, new Response(null, { status: 204 }), null],
    [() => client.permitted("read", "Task 1"), "GET /users/me/permissions?action=read&resource=Task+1", undefined, json({ permitted: true }), { permitted: true }],
    [() => client.data.set("k", [1]), "POST /users/me/data", { key: "k", value: [1] }, json({ message: "Custom data stored successfully" }), null],
    [() => client.data.get("k"), "GET /users/me/data/k", undefined, json([1]), [1]],
    [() => client.data.list(), "GET /users/me/data", undefined, json({ items: [], next_cursor: null }), { items: [], next_cursor: null }],
    [() => client.data.remove("k"), "DELETE /users/me/data/k", undefined, new Response(null, { status: 204 }), null],
  ];
  for (const [call, line, body, response, data] of calls) {
    answer = response;
    assert.deepEqual(await world.until(call()), { data, error: null }, line);
    const request = world.server.requests.at(-1);
    assert.equal(`${request.method} ${request.path}${request.search}`.replace(/\?$/, ""), line);
    assert.deepEqual(request.body, body, line);
    assert.equal(request.bearer, /password\/|email\//.test(line) ? undefined : "access-s1.0@3600000", line);
  }
});

test("a name that an address folds away or cannot carry is refused here, for it would mean something else", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  const before = world.server.requests.length;
  for (const call of [client.data.remove, client.data.get, client.revokeSession]) {
    for (const name of ["", ".", "..", "\ud800", "a\udfff"]) assert.equal((await call(name)).error.code, "invalid_format");
  }
  assert.equal(world.server.requests.length, before);
  await world.until(client.data.get("\u{1f511}"));
  assert.equal(world.server.requests.at(-1).path, "/users/me/data/%F0%9F%94%91");
});

test("what is no JSON is a TypeError and no fault of the network, and nothing is sent", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  const before = world.server.requests.length;
  const cycle = {};
  cycle.itself = cycle;
  for (const call of [
    () => client.data.set("k", 1n),
    () => client.data.set("k", cycle),
    () => client.updateUser(cycle),
    () => client.data.list({ limit: 1n }),
    () => client.permitted("read", 1n),
    () => client.requestPasswordReset({ email: 1n }),
  ]) {
    await assert.rejects(call(), TypeError, String(call));
  }
  assert.equal(world.server.requests.length, before);
});

test("a slip in what a sign-out is to end is refused, and nothing ends", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  const before = world.server.requests.length;
  for (const options of [{ scop: "global" }, { scope: "globl" }, { scope: "global", also: 1 }, { scope: null }]) {
    assert.equal((await client.signOut(options)).error.code, "unknown_field", JSON.stringify(options));
  }
  assert.equal(world.server.requests.length, before);
  assert.ok((await client.getSession()).data.session);
  assert.equal((await world.until(client.signOut({ scope: undefined }))).error, null);
  assert.equal((await client.getSession()).data.session, null);
});

test("whoever is not signed in is told so, and the server is not asked", async () => {
  const world = new World();
  const { client } = world.tab();
  for (const call of [client.getUser, client.refreshSession, client.listSessions, client.getClaims, () => client.data.get("k"), () => client.permitted("a", "b"), () => client.mfa.enable(), () => client.updateUser({})]) {
    const { data, error } = await call();
    assert.equal(data, null);
    assert.deepEqual([error.code, error.status], ["not_signed_in", 0]);
  }
  assert.equal(world.server.requests.length, 0);
});

test("a 401 is answered by one refresh and one more try", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  world.server.faults.push(() => problem(401, "token_expired"));
  assert.equal((await world.until(client.getUser())).data.user.id, 7);
  assert.deepEqual(world.server.requests.slice(1).map(({ path }) => path), ["/users/me", "/auth/refresh", "/users/me"]);
  world.server.broken = ({ path }) => (path === "/users/me" ? problem(401, "token_expired") : undefined);
  assert.equal((await world.until(client.getUser())).error.code, "token_expired");
  assert.equal(world.server.refreshes, 2, "and no more");
});

test("fetch fails like one without a network where the session cannot be refreshed for now, and sends nothing unsigned", async () => {
  const world = new World();
  const { client } = await signedIn(world);
  world.server.broken = ({ path }) => (path === "/auth/refresh" ? problem(503, "overloaded") : undefined);
  await world.pass(3_700_000);
  await assert.rejects(world.until(client.fetch("/x")), TypeError);
  assert.deepEqual(world.server.requests.filter(({ path }) => path === "/x"), []);
  assert.ok((await client.getSession()).data.session, "nobody is signed out for it");
});

test("what is no answer of the server is told as that", async () => {
  const answers = {
    "a proxy's page": [() => new Response("<html>", { status: 502 }), "invalid_response", 502],
    "a portal's page": [() => new Response("<html>", { status: 200 }), "invalid_response", 200],
    "half an answer": [() => new Response(`{"access_token":`, { status: 200 }), "invalid_response", 200],
    "an answer without tokens": [() => json({}), "invalid_response", 0],
    "a token that would end its header": [() => json({ access_token: "a\r\nX: y", refresh_token: "r", expires_in: 1, user: ADA }), "invalid_response", 0],
    "no user": [() => json({ access_token: "a", refresh_token: "r", expires_in: 1 }), "invalid_response", 0],
    "no lifetime": [() => json({ access_token: "a", refresh_token: "r", user: ADA }), "invalid_response", 0],
    "null": [() => json(null), "invalid_response", 0],
    "a list": [() => json([]), "invalid_response", 0],
    "another's JSON": [() => json({ error: { code: 5 } }, 400), "invalid_response", 400],
    "a code that is no word": [() => json({ code: "<script>" }, 400), "invalid_response", 400],
    "nothing at all": [() => new TypeError("failed to fetch"), "network_error", 0],
  };
  for (const [name, [answer, code, status]] of Object.entries(answers)) {
    const { world, client } = answered(answer);
    const { data, error } = await world.until(client.signInWithPassword(CREDENTIALS));
    assert.equal(data, null, name);
    assert.deepEqual([error.code, error.status], [code, status], name);
    assert.equal((await client.getSession()).data.session, null, name);
  }
});

test("a server that never answers is given up after 15 s, also by a fetch that knows no signals", async () => {
  const world = new World();
  const { client } = world.tab({ fetch: () => new Promise(() => {}) });
  const asked = client.signInWithPassword(CREDENTIALS);
  let over = false;
  void asked.then(() => (over = true));
  await world.pass(14_900);
  assert.ok(!over);
  await world.pass(200);
  assert.equal((await asked).error.code, "timeout");
});

test("after dispose nothing is asked, told or timed any more, and what is under way is given up", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.faults.push(() => ({ hangs: true }));
  const asked = tab.client.getUser();
  await settle();
  tab.client.dispose();
  assert.equal((await asked).error.code, "aborted");
  const before = world.server.requests.length;
  assert.equal((await world.until(tab.client.getUser())).error.code, "aborted");
  await world.pass(2 * 3600 * 1000);
  assert.equal(world.server.requests.length, before);
  const events = tab.events.length;
  await world.until(world.tab().client.signOut());
  assert.equal(tab.events.length, events);
  assert.ok(!world.channels.has(tab));
});

test("a refresh that was sent is let end after dispose, for its answer is the only key to the session", async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.delayMs = 1000;
  void tab.client.refreshSession();
  await world.pass(100);
  tab.client.dispose();
  await world.pass(5000);
  assert.equal(world.stored().session.refresh_token, "s1.1");
  await world.pass(3 * 3600 * 1000);
  assert.equal(world.server.refreshes, 1, "and none follows it");
});

test("a listener may call the client, may throw, and may leave", async () => {
  const world = new World();
  const tab = world.tab();
  const thrown = [];
  const before = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => thrown.push(reason.message));
  const heard = [];
  tab.client.onAuthStateChange(() => {
    throw new Error("mine");
  });
  tab.client.onAuthStateChange(async (event) => {
    heard.push([event, (await tab.client.refreshSession()).error?.code]);
  });
  const leave = tab.client.onAuthStateChange(() => assert.fail("it had left"));
  leave();
  await world.until(tab.client.signInWithPassword(CREDENTIALS));
  await world.pass(1000);
  process.removeAllListeners("unhandledRejection");
  for (const listener of before) process.on("unhandledRejection", listener);
  assert.deepEqual(heard.slice(0, 2), [["INITIAL_SESSION", "not_signed_in"], ["SIGNED_IN", undefined]]);
  assert.ok(thrown.length >= 2 && thrown.every((message) => message === "mine"), "and it is not swallowed");
});
