// The client in real tabs of a real browser, against the real server.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { TOOLS, launchBrowser } from "../../tests/tools/chromium.mjs";
import { somebody, startServer } from "./client/server.mjs";

const LIFETIME_SECS = 3;
const TABS = 5;

let server;
let patient;
let browser;
let script;

before(async () => {
  script = execFileSync(process.execPath, [
    join(TOOLS, "node/node_modules/esbuild/bin/esbuild"), fileURLToPath(new URL("../js/subpaths/client.js", import.meta.url)), "--bundle", "--format=esm", "--target=es2022",
  ]);
  [server, patient, browser] = await Promise.all([startServer({ ACCESS_TOKEN_TTL_SECS: String(LIFETIME_SECS) }), startServer(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  server?.end();
  patient?.end();
});

// Whoever has these tabs sees what a person would see: every event, and every refresh by status.
async function openTabs(count, { prepare, origin = server.origin } = {}) {
  const context = await browser.newContext();
  const refreshes = [];
  await context.route("**/tab.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>tab</title>" }));
  await context.route("**/client.js", (route) => route.fulfill({ contentType: "text/javascript", body: script }));
  context.on("response", (response) => response.url().endsWith("/auth/refresh") && refreshes.push(response.status()));
  await prepare?.(context);
  const open = async () => {
    const page = await context.newPage();
    await page.goto(`${origin}/tab.html`);
    await page.evaluate(async (baseURL) => {
      const { api } = await import("/client.js");
      window.client = api(() => undefined).createAuthClient({ baseURL });
      window.events = [];
      window.client.onAuthStateChange((event) => window.events.push(event));
      await window.client.getSession();
    }, origin);
    return page;
  };
  const pages = [];
  for (let tab = 0; tab < count; tab += 1) pages.push(await open());
  return { context, pages, refreshes, open };
}

const signUp = (page, form = somebody()) =>
  page.evaluate(async (values) => {
    const { data, error } = await window.client.signUp(values);
    if (error) throw new Error(error.code);
    return data.session.refresh_token;
  }, form);

const eventsOf = (page) => page.evaluate(() => window.events);
const sessionOf = (page) => page.evaluate(async () => (await window.client.getSession()).data.session);
const errorOf = (page, method) => page.evaluate(async (name) => (await window.client[name]()).error?.code ?? null, method);

async function nobodySignedOut(pages) {
  for (const page of pages) assert.ok(!(await eventsOf(page)).includes("SIGNED_OUT"));
}

test("five tabs: one refresh a turn over many turns, and all of them have the same pair", async () => {
  const { context, pages, refreshes } = await openTabs(TABS);
  await signUp(pages[0]);
  await sleep(20_000);
  // A turn is half of a lifetime.
  const turns = 20 / (LIFETIME_SECS / 2);
  assert.ok(refreshes.length >= turns - 2 && refreshes.length <= turns * 1.15 + 1, `${refreshes.length} refreshes in ${turns} turns`);
  assert.deepEqual([...new Set(refreshes)], [200]);
  await nobodySignedOut(pages);
  for (const page of pages) {
    assert.equal(await errorOf(page, "getUser"), null);
    const events = await eventsOf(page);
    assert.deepEqual(events.slice(0, 2), ["INITIAL_SESSION", "SIGNED_IN"]);
    assert.ok(events.filter((event) => event === "TOKEN_REFRESHED").length >= turns - 3, "told in every tab");
  }
  const pairs = await Promise.all(pages.map(sessionOf));
  assert.equal(new Set(pairs.map(({ refresh_token }) => refresh_token)).size, 1);
  await context.close();
});

test("all five ask at once: one request", async () => {
  const { context, pages, refreshes } = await openTabs(TABS);
  await signUp(pages[0]);
  await Promise.all(pages.map(sessionOf));
  refreshes.length = 0;
  const errors = await Promise.all(pages.map((page) => errorOf(page, "refreshSession")));
  assert.deepEqual(errors, Array(TABS).fill(null));
  assert.equal(refreshes.length, 1);
  await context.close();
});

test("a lost answer is asked for again, and nobody is signed out", async () => {
  let lose = 0;
  const { context, pages } = await openTabs(TABS, {
    prepare: (context) =>
      context.route("**/auth/refresh", async (route) => {
        if (lose === 0) return route.continue();
        lose -= 1;
        // The server has made the next pair; nobody hears of it.
        await route.fetch();
        return route.abort("connectionreset");
      }),
  });
  await signUp(pages[0]);
  for (let turn = 0; turn < 3; turn += 1) {
    lose = 2;
    await sleep(LIFETIME_SECS * 1000);
    assert.equal(lose, 0);
  }
  await nobodySignedOut(pages);
  for (const page of pages) assert.equal(await errorOf(page, "getUser"), null);
  await context.close();
});

test("a tab that is closed while it refreshes leaves its answer to another, long before that one would have asked", async () => {
  let hold;
  const { context, pages } = await openTabs(3, {
    // Its tokens live an hour.
    origin: patient.origin,
    prepare: (context) =>
      context.route("**/auth/refresh", async (route) => {
        if (hold === undefined) return route.continue();
        const sent = hold;
        hold = undefined;
        await route.fetch();
        // Never answered.
        return sent();
      }),
  });
  const first = await signUp(pages[0]);
  await Promise.all(pages.map((page) => page.waitForFunction(() => window.events.includes("SIGNED_IN"))));
  const sent = new Promise((resolve) => (hold = resolve));
  await pages[0].evaluate(() => void window.client.refreshSession());
  await sent;
  await pages[0].close();
  const left = pages.slice(1);
  await Promise.all(left.map((page) => page.waitForFunction(() => window.events.at(-1) === "TOKEN_REFRESHED")));
  // The server would have ended the session by now, had the old token been sent any later.
  await sleep(11_000);
  for (const page of left) {
    assert.equal(await errorOf(page, "refreshSession"), null);
    assert.equal(await errorOf(page, "getUser"), null);
    assert.notEqual((await sessionOf(page)).refresh_token, first);
  }
  await nobodySignedOut(left);
  await context.close();
});

test("no network for a while: nobody is signed out, and all go on when it is back", async () => {
  const { context, pages } = await openTabs(2);
  await signUp(pages[0]);
  await sleep(500);
  await context.setOffline(true);
  await sleep(LIFETIME_SECS * 2000);
  assert.equal(await errorOf(pages[1], "getUser"), "network_error");
  await nobodySignedOut(pages);
  await context.setOffline(false);
  await sleep(1_000);
  for (const page of pages) assert.equal(await errorOf(page, "getUser"), null);
  await context.close();
});

test("signing out in one tab signs out all, and signing in signs in all", async () => {
  const { context, pages, open } = await openTabs(TABS);
  const form = somebody();
  await signUp(pages[2], form);
  await Promise.all(pages.map((page) => page.waitForFunction(() => window.events.includes("SIGNED_IN"))));
  await pages[3].evaluate(() => window.client.signOut());
  await Promise.all(pages.map((page) => page.waitForFunction(() => window.events.at(-1) === "SIGNED_OUT")));
  for (const page of pages) assert.equal(await errorOf(page, "getUser"), "not_signed_in");
  await pages[4].evaluate(({ email, password }) => window.client.signInWithPassword({ email, password }), form);
  await Promise.all(pages.map((page) => page.waitForFunction(() => window.events.at(-1) === "SIGNED_IN")));
  const another = await open();
  assert.deepEqual(await eventsOf(another), ["INITIAL_SESSION"]);
  assert.equal((await sessionOf(another)).user.email, form.email);
  await context.close();
});

test("without Web Locks the tabs agree all the same", async () => {
  const { context, pages, refreshes } = await openTabs(TABS, {
    prepare: (context) => context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined })),
  });
  assert.equal(await pages[0].evaluate(() => navigator.locks), undefined);
  await signUp(pages[0]);
  await sleep(10_000);
  const turns = 10 / (LIFETIME_SECS / 2);
  assert.ok(refreshes.length >= turns - 2 && refreshes.length <= turns * 1.15 + 1, `${refreshes.length} refreshes in ${turns} turns`);
  assert.deepEqual([...new Set(refreshes)], [200]);
  await nobodySignedOut(pages);
  await context.close();
});
