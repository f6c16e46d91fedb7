// A log-in that waits for its second factor, as its owner meets it.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser, picture, visit } from "./visitor.mjs";

let host;
let browser;
before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await host?.end();
});

async function post(path, body, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${host.origin}/api${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json();
}

/** The code of an authenticator that was given this secret (RFC 6238), some half minutes from now. */
function codeOf(secret, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Somebody whose second factor is on. */
async function guarded() {
  const username = freshName();
  await post("/auth/register", { username, email: `${username}@example.com`, password: GOOD_PASSWORD });
  const { access_token } = await post("/auth/login", { username, password: GOOD_PASSWORD });
  const { secret } = await post("/auth/mfa/enable", {}, access_token);
  const { recovery_codes } = await post("/auth/mfa/verify", { code: codeOf(secret) }, access_token);
  return { username, secret, recovery_codes };
}

async function givePassword(page, username) {
  await page.click("nav a[href='#sign-in']");
  await page.fill("#sign-in-identifier", username);
  await page.fill("#sign-in-password", GOOD_PASSWORD);
  await page.click("#sign-in-form [type=submit]");
  await page.waitForSelector("#view-second-factor:not([hidden])");
}

test("after the password comes the code, and a wrong one can be mended", async () => {
  const ada = await guarded();
  const { page, complaints, close } = await visit(browser, host.origin);
  await givePassword(page, ada.username);
  assert.equal(await page.evaluate(() => document.activeElement.id), "second-factor-heading");
  await page.click("#second-factor-form [type=submit]");
  assert.equal(await page.textContent("#second-factor-code-fault"), "This field is required.");
  await page.fill("#second-factor-code", "000000");
  await page.click("#second-factor-form [type=submit]");
  await page.waitForSelector("#second-factor-form .form-alert:not([hidden])");
  await picture(page, "second-factor");
  // The code that turned it on is used up; the next half minute's is good already.
  const code = codeOf(ada.secret, 1);
  await page.fill("#second-factor-code", `${code.slice(0, 3)} ${code.slice(3)}`);
  await page.click("#second-factor-form [type=submit]");
  await page.waitForSelector("#token-heading");
  assert.match(await page.textContent("#profile-body"), /Second factoron/);
  assert.deepEqual(complaints, []);
  await close();
});

test("a recovery code does as well, and a reload asks for the password again", async () => {
  const ada = await guarded();
  const { page, complaints, close } = await visit(browser, host.origin);
  await givePassword(page, ada.username);
  await page.reload();
  await page.waitForSelector("#view-sign-in:not([hidden])");
  await givePassword(page, ada.username);
  await page.fill("#second-factor-code", ada.recovery_codes[0].toUpperCase());
  await page.click("#second-factor-form [type=submit]");
  await page.waitForSelector("#token-heading");
  assert.deepEqual(complaints, []);
  await close();
});

test("five wrong codes lead back to the beginning, with the reason", async () => {
  const ada = await guarded();
  const { page, close } = await visit(browser, host.origin);
  await givePassword(page, ada.username);
  for (let wrong = 0; wrong < 6; wrong += 1) {
    await page.fill("#second-factor-code", "not a code of hers");
    await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith("/api/auth/mfa/verify")),
      page.click("#second-factor-form [type=submit]"),
    ]);
  }
  const alert = page.locator("#second-factor-form .form-alert");
  await page.waitForFunction(() =>
    document.querySelector("#second-factor-form .form-alert").textContent.includes("Try again in"),
  );
  assert.match(await alert.textContent(), /Too many wrong attempts.*15 minutes/);
  await close();
});
