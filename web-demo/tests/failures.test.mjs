// What goes wrong around the page, and what a person is told: nothing that was typed is lost by it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser, shownFaults, signUp, visit } from "./visitor.mjs";

let host;
let browser;

before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
});

test("the server is killed while one signs up: what was typed stays, and goes through when it is back", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = freshName();
  const typed = { username, email: `${username}@example.com`, password: GOOD_PASSWORD };
  for (const [field, value] of Object.entries(typed)) await page.fill(`#sign-up-${field}`, value);

  await host.kill();
  await page.click("#sign-up-form [type=submit]");
  const alert = page.locator("#sign-up-form .form-alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /cannot be reached.*Nothing you typed is lost/);
  assert.equal(await alert.getAttribute("role"), "alert");
  for (const [field, value] of Object.entries(typed)) assert.equal(await page.inputValue(`#sign-up-${field}`), value);

  await host.start();
  await alert.locator("button").click();
  await page.waitForSelector("#token-heading");
  assert.equal(await page.textContent("#profile-heading"), username);
  assert.deepEqual(complaints, []);
  await close();
});

test("the server is killed and started again: the user is still there", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = freshName();
  await signUp(page, { username, email: `${username}@example.com`, password: GOOD_PASSWORD });
  await page.click("#sign-out");
  await page.waitForFunction(() => document.querySelector(".entry.from-server .facts").textContent.includes("logout"));
  await page.fill("#sign-in-identifier", username);
  await page.fill("#sign-in-password", GOOD_PASSWORD);

  await host.kill();
  await page.click("#sign-in-form [type=submit]");
  const alert = page.locator("#sign-in-form .form-alert");
  await alert.waitFor();
  await alert.locator("button").click();
  await page.waitForFunction(() => document.querySelectorAll(".entry.from-server.refused").length === 2);
  assert.match(await alert.textContent(), /cannot be reached/, "it is still down");
  assert.equal(await page.inputValue("#sign-in-identifier"), username);
  assert.equal(await page.inputValue("#sign-in-password"), GOOD_PASSWORD);

  await host.start();
  await alert.locator("button").click();
  await page.waitForSelector("#token-heading");
  assert.equal(await page.textContent("#profile-heading"), username, "the user is still there");

  // Signed in while it goes down: the token stays, and the profile comes back.
  await host.kill();
  await page.evaluate(() => {
    location.hash = "";
    location.hash = "profile";
  });
  const lost = page.locator("#view-profile .form-alert");
  await lost.waitFor();
  assert.match(await lost.textContent(), /cannot be reached.*still signed in/);
  await host.start();
  await lost.locator("button").click();
  await lost.waitFor({ state: "hidden" });
  assert.equal(await page.textContent("#profile-heading"), username);
  assert.deepEqual(complaints, []);
  await close();
});

test("a token that the server no longer takes leads to the sign-in form, with the reason", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = freshName();
  await signUp(page, { username, email: `${username}@example.com`, password: GOOD_PASSWORD });
  await page.evaluate(() => {
    const { token } = JSON.parse(sessionStorage.getItem("countersign.session"));
    sessionStorage.setItem("countersign.session", JSON.stringify({ token: `${token.slice(0, -4)}AAAA` }));
  });
  const refusal = page.waitForResponse((answer) => answer.url().endsWith("/api/users/me"));
  await page.reload();
  const { detail } = await (await refusal).json();
  await page.waitForSelector("#view-sign-in:not([hidden]) .form-alert:not([hidden])");
  assert.equal(await page.textContent("#sign-in-form .form-alert"), detail);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test("a server with too much to do says when to try again", async () => {
  const { page, close } = await visit(browser, host.origin);
  await page.route("**/api/auth/login", (route) =>
    route.fulfill({
      status: 503,
      headers: { "Retry-After": "5" },
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 503, code: "overloaded", detail: "The server is busy." }),
    }),
  );
  await page.click("nav a[href='#sign-in']");
  await page.fill("#sign-in-identifier", "ada");
  await page.fill("#sign-in-password", GOOD_PASSWORD);
  await page.click("#sign-in-form [type=submit]");
  const alert = page.locator("#sign-in-form .form-alert");
  await alert.waitFor();
  assert.match(
    await alert.textContent(),
    /^The server is busy. Try again in 5 seconds. Nothing you typed is lost.Try again$/,
  );
  await close();
});

test("without the wasm core the server's faults stand at the same fields", async () => {
  const { page, close } = await visit(browser, host.origin, {
    prepare: (tab) => tab.route("**/core_bg.wasm", (route) => route.abort()),
    core: "missing",
  });
  assert.match(await page.textContent("footer"), /did not load/);
  await page.fill("#sign-up-username", "-a");
  await page.click("#sign-up-form [type=submit]");
  await page.waitForSelector("[data-field=username][data-fault]");
  assert.deepEqual(
    (await shownFaults(page, "#sign-up-form")).map(({ field, code }) => `${field} ${code}`),
    ["username invalid_format", "email required", "password required"],
  );
  const username = freshName();
  await signUp(page, { username, email: `${username}@example.com`, password: GOOD_PASSWORD });
  assert.match(await page.textContent("#profile-body"), /The core did not load/);
  await close();
});
