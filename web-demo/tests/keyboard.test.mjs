// Everything can be done without a pointer, in the order one reads it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser, visit } from "./visitor.mjs";

let host;
let browser;

before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
});

test("sign up, read the token, sign out and sign in by keyboard alone", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = freshName();
  const { keyboard } = page;

  await keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the form");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  assert.equal(await focused(page), "sign-up-username", "the skip link leads past the navigation");
  await keyboard.type(username);
  await keyboard.press("Tab");
  await keyboard.type(`${username}@example.com`);
  await keyboard.press("Tab");
  await keyboard.type("short");

  await keyboard.press("Tab");
  assert.equal(await focused(page), "Show password");
  await keyboard.press("Space");
  assert.equal(await page.getAttribute("#sign-up-password", "type"), "text");
  assert.equal(await page.getAttribute("#sign-up-form .reveal", "aria-pressed"), "true");
  await keyboard.press("Space");
  assert.equal(await page.getAttribute("#sign-up-password", "type"), "password");

  // The optional fields come after the required ones, folded away until asked for.
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  assert.equal(await focused(page), "sign-up-name");
  await keyboard.type("Ada");
  await keyboard.press("Enter");
  assert.equal(await focused(page), "sign-up-password", "Enter sends, and the first fault gets the focus");
  assert.match(await page.textContent("#sign-up-form .form-status"), /1 field needs another look/);
  await keyboard.press("Control+A");
  await keyboard.type(GOOD_PASSWORD);
  await keyboard.press("Enter");
  await page.waitForSelector("#token-heading");
  assert.equal(await focused(page), "profile-heading");

  await keyboard.press("Tab");
  assert.equal(await focused(page), "sign-out");
  await keyboard.press("Tab");
  assert.equal(await focused(page), "The token itself");
  await keyboard.press("Enter");
  assert.ok(await page.isVisible(".raw"));
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  assert.equal(await focused(page), "sign-in-heading");
  await keyboard.press("Tab");
  await keyboard.type(username);
  await keyboard.press("Tab");
  await keyboard.type(GOOD_PASSWORD);
  await keyboard.press("Enter");
  await page.waitForSelector("#token-heading");
  assert.deepEqual(complaints, []);
  await close();
});

test("a password may be pasted, is hidden, and password managers are told what it is", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = page.locator("#sign-up-username");
  await username.fill(GOOD_PASSWORD);
  for (const keys of ["Control+A", "Control+C"]) await username.press(keys);
  const pastedInto = async (field) => {
    // Nothing is pasted into a field that is not shown yet.
    await page.waitForSelector(field, { state: "visible" });
    await page.press(field, "Control+V");
    return page.inputValue(field);
  };
  assert.equal(await pastedInto("#sign-up-password"), GOOD_PASSWORD);
  await page.click("nav a[href='#sign-in']");
  assert.equal(await pastedInto("#sign-in-password"), GOOD_PASSWORD);
  const inputs = () =>
    page.$$eval("input[name=password]", (all) => all.map(({ type, autocomplete }) => [type, autocomplete]));
  assert.deepEqual(await inputs(), [["password", "new-password"], ["password", "current-password"]]);

  await page.goto(`${host.origin}/demo/mailed.html#reset-password&token=x`);
  assert.equal(await pastedInto("#password"), GOOD_PASSWORD);
  assert.deepEqual(await inputs(), [["password", "new-password"]]);
  assert.deepEqual(complaints, []);
  await close();
});

test("whatever has the focus shows it", async () => {
  const { page, close } = await visit(browser, host.origin);
  const stops = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    if (stop === "" || stops.includes(stop)) break;
    stops.push(stop);
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
    });
    assert.ok(outline, `${stop} has no visible focus`);
  }
  assert.ok(stops.length > 10, `only ${stops.length} stops: ${stops}`);
  await close();
});

/** What has the focus: its id, else what it is called. */
function focused(page) {
  return page.evaluate(() => {
    const { activeElement: element, body } = document;
    if (element === body) return "";
    return element.id || element.getAttribute("aria-label") || element.textContent.trim();
  });
}
