// The page that links in mails lead to: nothing happens until somebody presses its button.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser, signUp, visit } from "./visitor.mjs";

const NEW_PASSWORD = "a lighthouse in the rain";

let host;
let browser;

before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
});

/** Somebody who has signed up, with the tab in which that was done. */
async function somebody() {
  const username = freshName();
  const email = `${username}@example.com`;
  const visitor = await visit(browser, host.origin);
  await signUp(visitor.page, { username, email, password: GOOD_PASSWORD });
  return { ...visitor, username, email };
}

async function said(page, sentence) {
  await page.waitForFunction((text) => document.getElementById("outcome").textContent.includes(text), sentence);
}

async function isVerified(username, password) {
  const response = await fetch(`${host.origin}/api/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).user.email_verified;
}

test("an address is confirmed by the button and not by opening the link", async () => {
  const { page, complaints, close, username, email } = await somebody();
  const token = host.mailedToken(email, "Confirm your e-mail address");
  const link = `${host.origin}/demo/mailed.html#verify-email&token=${token}`;
  // A program that looks at mails fetches what they link to, with and without running it.
  assert.equal((await fetch(link)).status, 200);
  await page.goto(link);
  await page.waitForSelector("#verify-email h1:focus");
  assert.equal(await isVerified(username, GOOD_PASSWORD), false);
  assert.ok(!page.url().includes(token), "it does not stay in the address");

  await page.click("#verify-email button");
  await said(page, "The address is confirmed.");
  assert.equal(await isVerified(username, GOOD_PASSWORD), true);

  await page.goto(link);
  await page.click("#verify-email button");
  await said(page, "was used");
  assert.deepEqual(complaints, []);
  await close();
});

test("a forgotten password is set anew, and what the server refuses is told", async () => {
  const { page, complaints, close, username, email } = await somebody();
  await page.click("#sign-out");
  await page.goto(`${host.origin}/#sign-in`);
  await page.click("text=Set a new password by mail");
  await page.fill("#email", email);
  await page.click("#forgot button");
  await said(page, "a mail is on its way");

  const token = host.mailedToken(email, "Reset your password");
  // In the same tab, where only the fragment changes.
  await page.goto(`${host.origin}/demo/mailed.html#reset-password&token=${token}`);
  await page.fill("#password", email);
  await page.click("#reset-password button");
  await said(page, "must not be your username or e-mail address");
  await page.fill("#password", NEW_PASSWORD);
  await page.click("#reset-password button");
  await said(page, "The password is set.");

  // The device is known, so that its owner gets in although somebody guesses.
  for (let guess = 0; guess < 21; guess += 1) {
    await fetch(`${host.origin}/api/auth/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username, password: "not the password" }),
    });
  }
  await page.goto(`${host.origin}/#sign-in`);
  await page.fill("#sign-in-identifier", username);
  await page.fill("#sign-in-password", NEW_PASSWORD);
  await page.click("#sign-in-form [type=submit]");
  await page.waitForSelector("#token-heading");
  assert.deepEqual(complaints, []);
  await close();
});

test("the server is killed: the page says so, and the token is still good", async () => {
  const { page, close, username, email } = await somebody();
  const token = host.mailedToken(email, "Confirm your e-mail address");
  await page.goto(`${host.origin}/demo/mailed.html#verify-email&token=${token}`);
  await host.kill();
  await page.click("#verify-email button");
  await said(page, "Nothing was done");
  await host.start();
  await page.click("#verify-email button");
  await said(page, "The address is confirmed.");
  assert.equal(await isVerified(username, GOOD_PASSWORD), true);
  await close();
});
