// The documentation at /docs, as somebody uses it who tries the API there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser, picture } from "./visitor.mjs";

let host;
let browser;
before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await host?.end();
});

async function tokenOf(username) {
  const post = (path, body) =>
    fetch(`${host.origin}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const account = { username, email: `${username}@example.com`, password: GOOD_PASSWORD };
  assert.equal((await post("/auth/register", account)).status, 201);
  return (await (await post("/auth/login", { username, password: GOOD_PASSWORD })).json()).access_token;
}

test("with Authorize, a request of the documentation is answered for the token's user", async () => {
  const username = freshName();
  const token = await tokenOf(username);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const elsewhere = [];
  const errors = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(host.origin) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${host.origin}/docs`);

  await page.click(".auth-wrapper .authorize");
  await page.fill(".auth-container input", token);
  await page.click(".auth-container [type=submit]");
  await page.click(".modal-ux .btn-done");

  const profile = page.locator("#operations-Accounts-get_users_me");
  await profile.locator(".opblock-summary-control").click();
  await profile.locator(".execute").click();
  const answer = profile.locator(".live-responses-table");
  await answer.getByText(username, { exact: false }).first().waitFor();
  assert.match(await answer.textContent(), /200/);
  await picture(page, "docs");
  assert.deepEqual(elsewhere, [], "everything comes from the server itself");
  assert.deepEqual(errors, []);
  await context.close();
});
