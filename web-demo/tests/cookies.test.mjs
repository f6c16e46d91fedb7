// A session in cookies, in a browser: what a page of the server can do with it, what one of a known origin can, and what
// one of anybody else can't.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser } from "./visitor.mjs";

const SESSION = ["__Host-countersign-access", "__Host-countersign-refresh"];
const DEVICE = "__Host-countersign-device";

let host;
let browser;
let app;
let stranger;

before(async () => {
  [app, stranger] = await Promise.all([emptyPages(), emptyPages()]);
  const settings = (origin) => ({
    COOKIES: "on",
    PUBLIC_URL: origin,
    // The second is of another site for a browser, so that no cookie gets there.
    ALLOWED_ORIGINS: `http://127.0.0.1:${app.port},http://localhost:${app.port}`,
  });
  [host, browser] = await Promise.all([Host.start(settings), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
  app?.server.close();
  stranger?.server.close();
});

/** A server of empty pages at a port of its own: another origin at 127.0.0.1, another site at localhost. */
async function emptyPages() {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>Elsewhere</title>");
  });
  // Both names lead to it, whichever family localhost is of.
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port, family } = server.address();
  if (family === "IPv6") {
    const other = createServer((request, response) => server.emit("request", request, response)).listen(port, "127.0.0.1");
    await once(other, "listening");
    server.on("close", () => other.close());
  }
  return { server, port };
}

/** Asks from within a page. Gives what the page learns of the answer: nothing where the browser keeps it from that. */
function ask(page, method, path, { body, header = true, ...options } = {}) {
  const url = `${host.origin}${path}`;
  return page.evaluate(
    async ({ url, method, body, header, options }) => {
      const headers = {};
      if (header) headers["Countersign-Session"] = "cookie";
      if (body !== undefined) headers["Content-Type"] ??= options.type ?? "application/json";
      try {
        const answer = await fetch(url, { credentials: "include", ...options, method, headers, body });
        const text = await answer.text();
        return { status: answer.status, text, json: text.startsWith("{") ? JSON.parse(text) : null };
      } catch (error) {
        return { refused: String(error) };
      }
    },
    { url, method, body: typeof body === "object" ? JSON.stringify(body) : body, header, options },
  );
}

async function open(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function cookiesOf(context) {
  const cookies = await context.cookies(host.origin);
  return Object.fromEntries(cookies.sort((a, b) => a.name.localeCompare(b.name)).map((cookie) => [cookie.name, cookie]));
}

/** Somebody who is logged in by cookies, with the tab in which that was done. */
async function somebody() {
  const context = await browser.newContext();
  const page = await open(context, `${host.origin}/`);
  const username = freshName();
  const account = { username, email: `${username}@example.com`, password: GOOD_PASSWORD };
  assert.equal((await ask(page, "POST", "/auth/register", { body: account })).status, 201);
  const loggedIn = await ask(page, "POST", "/auth/login", { body: { username, password: GOOD_PASSWORD } });
  assert.equal(loggedIn.status, 200, loggedIn.text);
  return { context, page, username, loggedIn };
}

async function isSignedIn({ page, username }) {
  const profile = await ask(page, "GET", "/users/me");
  return profile.status === 200 && profile.json.username === username;
}

test("a page of the server logs in, reads, comes again, refreshes and logs out, and never sees a token", async () => {
  const visitor = await somebody();
  const { context, page, loggedIn } = visitor;
  assert.deepEqual(Object.keys(loggedIn.json).sort(), ["expires_in", "token_type", "user"]);
  const kept = await cookiesOf(context);
  assert.deepEqual(Object.keys(kept), [SESSION[0], DEVICE, SESSION[1]]);
  for (const { name, httpOnly, secure, sameSite, path, domain, value } of Object.values(kept)) {
    assert.deepEqual({ httpOnly, secure, sameSite, path, domain }, { httpOnly: true, secure: true, sameSite: "Lax", path: "/", domain: "127.0.0.1" }, name);
    assert.ok(!loggedIn.text.includes(value), name);
  }
  assert.ok(await isSignedIn(visitor));
  assert.equal(await page.evaluate(() => document.cookie), "");
  assert.equal((await ask(page, "GET", "/users/me", { header: false })).status, 401);

  await page.reload();
  assert.ok(await isSignedIn(visitor));
  assert.equal(await page.evaluate(() => document.cookie), "");

  const refreshed = await ask(page, "POST", "/auth/refresh");
  assert.equal(refreshed.status, 200, refreshed.text);
  const renewed = await cookiesOf(context);
  assert.notEqual(renewed[SESSION[1]].value, kept[SESSION[1]].value);
  assert.equal(renewed[DEVICE].value, kept[DEVICE].value);
  assert.ok(await isSignedIn(visitor));

  assert.equal((await ask(page, "POST", "/auth/logout")).status, 200);
  assert.deepEqual(Object.keys(await cookiesOf(context)), [DEVICE]);
  assert.equal((await ask(page, "GET", "/users/me")).status, 401);
  await context.close();
});

test("the lines of the README log in and ask as whom they are", async () => {
  const { context, page, username } = await somebody();
  const [, lines] = /```js\n(await fetch\("\/auth\/login"[\s\S]+?)```/.exec(readFileSync(new URL("../../README.md", import.meta.url), "utf8"));
  await context.clearCookies();
  const body = JSON.stringify(JSON.stringify({ username, password: GOOD_PASSWORD }));
  const profile = await page.evaluate(`(async () => { const body = ${body}; ${lines}; return me.json(); })()`);
  assert.equal(profile.username, username);
  await context.close();
});

test("a session that was ended elsewhere is forgotten", async () => {
  const visitor = await somebody();
  const { context, page, username } = visitor;
  const elsewhere = await fetch(`${host.origin}/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password: GOOD_PASSWORD }),
  });
  const { access_token: token } = await elsewhere.json();
  await fetch(`${host.origin}/auth/logout-all`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  const answer = await ask(page, "GET", "/users/me");
  assert.deepEqual([answer.status, answer.json.code], [401, "session_ended"]);
  assert.deepEqual(Object.keys(await cookiesOf(context)), [DEVICE]);
  await context.close();
});

test("a page of a known origin on the same site is served by the same cookies", async () => {
  const visitor = await somebody();
  const { context, username } = visitor;
  const page = await open(context, `http://127.0.0.1:${app.port}/`);
  assert.equal((await ask(page, "GET", "/users/me")).json.username, username);
  assert.equal((await ask(page, "POST", "/auth/refresh")).status, 200);
  assert.equal((await ask(page, "GET", "/users/me", { header: false })).status, 401);
  assert.equal((await ask(page, "POST", "/auth/logout")).status, 200);
  const loggedIn = await ask(page, "POST", "/auth/login", { body: { username, password: GOOD_PASSWORD } });
  assert.deepEqual([loggedIn.status, "access_token" in loggedIn.json], [200, false]);
  assert.ok(await isSignedIn(visitor));
  await context.close();
});

test("a page of another site is told that cookies are not for it, although its origin is known", async () => {
  const visitor = await somebody();
  const { context, username } = visitor;
  const page = await open(context, `http://localhost:${app.port}/`);
  const before = await cookiesOf(context);
  for (const [method, path] of [["GET", "/users/me"], ["POST", "/auth/logout-all"], ["POST", "/auth/refresh"]]) {
    const answer = await ask(page, method, path);
    assert.deepEqual([answer.status, answer.json.code], [403, "cross_site_request"], path);
  }
  const logIn = await ask(page, "POST", "/auth/login", { body: { username, password: GOOD_PASSWORD } });
  assert.deepEqual([logIn.status, logIn.json.code], [403, "cross_site_request"]);
  assert.deepEqual(await cookiesOf(context), before);
  assert.ok(await isSignedIn(visitor));
  await context.close();
});

// A port makes another origin of the same site, to which a browser does send the cookies; a name makes another site.
for (const [name, site] of [["127.0.0.1", "the same site"], ["localhost", "another site"]]) {
  test(`a page of a strange origin of ${site} changes and reads nothing`, async () => {
    const visitor = await somebody();
    const { context, username } = visitor;
    const before = await cookiesOf(context);
    const answers = new Map();
    context.on("response", async (response) => {
      if (response.url().startsWith(host.origin)) answers.set(`${response.request().method()} ${response.url()}`, response.status());
    });
    const page = await open(context, `http://${name}:${stranger.port}/`);
    const forged = JSON.stringify({ key: "forged", value: 1 });

    for (const header of [true, false]) {
      for (const [method, path, body] of [
        ["GET", "/users/me"],
        ["GET", "/auth/sessions"],
        ["POST", "/auth/logout"],
        ["POST", "/auth/logout-all"],
        ["POST", "/auth/refresh"],
        ["POST", "/users/me/data", forged],
        ["DELETE", "/users/me"],
        ["POST", "/auth/login", JSON.stringify({ username, password: GOOD_PASSWORD })],
      ]) {
        const answer = await ask(page, method, path, { body, header });
        assert.ok("refused" in answer, `${method} ${path}: ${JSON.stringify(answer)}`);
      }
    }
    // Without a preflight: the browser sends these with whatever cookies it has, and hides the answer.
    for (const [path, body] of [["/auth/logout", ""], ["/auth/logout-all", ""], ["/auth/refresh", ""], ["/users/me/data", forged]]) {
      const answer = await ask(page, "POST", path, { body, header: false, mode: "no-cors", type: "text/plain" });
      assert.deepEqual([answer.status, answer.text], [0, ""], path);
      assert.ok([401, 415].includes(answers.get(`POST ${host.origin}${path}`)), `${path}: ${answers.get(`POST ${host.origin}${path}`)}`);
    }
    const drawn = await page.evaluate(
      (src) => new Promise((done) => Object.assign(new Image(), { src, onload: () => done("drawn"), onerror: () => done("refused") })),
      `${host.origin}/users/me`,
    );
    assert.equal(drawn, "refused");

    // Forms and links lead the browser itself there, which sends cookies also from another site where it is a GET.
    for (const [path, enctype, field] of [
      ["/auth/logout", "application/x-www-form-urlencoded", "a"],
      ["/auth/logout-all", "text/plain", "a"],
      ["/users/me/data", "text/plain", '{"key":"forged","value":"'],
      ["/auth/login", "text/plain", `{"username":"${username}","password":"${GOOD_PASSWORD}","identifier":"`],
    ]) {
      await page.goto(`http://${name}:${stranger.port}/`);
      await page.evaluate(
        ({ action, enctype, field }) => {
          const form = Object.assign(document.createElement("form"), { action, enctype, method: "post" });
          form.append(Object.assign(document.createElement("input"), { name: field, value: '"}' }));
          document.body.append(form);
        },
        { action: `${host.origin}${path}`, enctype, field },
      );
      const [answer] = await Promise.all([page.waitForNavigation(), page.evaluate(() => document.forms[0].submit())]);
      assert.ok([401, 415].includes(answer.status()), `${path}: ${answer.status()}`);
    }
    await page.goto(`http://${name}:${stranger.port}/`);
    const [shown] = await Promise.all([
      page.waitForNavigation(),
      page.evaluate((href) => void (location.href = href), `${host.origin}/users/me`),
    ]);
    assert.equal(shown.status(), 401);
    assert.ok(!(await shown.text()).includes(username));

    assert.ok(await isSignedIn(visitor), "and nothing came of all that");
    assert.deepEqual(await cookiesOf(context), before);
    const data = await ask(visitor.page, "GET", "/users/me/data");
    assert.deepEqual(data.json.items, []);
    const sessions = await ask(visitor.page, "GET", "/auth/sessions");
    assert.equal(sessions.json.items.length, 1);
    await context.close();
  });
}
