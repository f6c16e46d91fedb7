// No violation of the rules that axe can check, in every state of the page, in light and dark, on desktop and phone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { TOOLS } from "../../tests/tools/chromium.mjs";
import { Host } from "./host.mjs";
import { DESKTOP, freshName, GOOD_PASSWORD, openBrowser, PHONE, picture, signUp, visit } from "./visitor.mjs";

const AXE = readFileSync(createRequire(join(TOOLS, "node", "package.json")).resolve("axe-core/axe.min.js"), "utf8");

let host;
let browser;

before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`every state of the page, ${colorScheme}, ${device}`, async () => {
      const { page, complaints, close } = await visit(browser, host.origin, {
        colorScheme,
        viewport,
        hasTouch: device === "phone",
      });
      const sound = async (state) => {
        await picture(page, `${state}-${colorScheme}-${device}`);
        assert.deepEqual(await violations(page), [], state);
        assert.equal(await sidewaysScroll(page), 0, state);
      };
      await sound("1-sign-up");

      await page.click("#sign-up-form summary");
      const faulty = { username: "-", email: "Ada@example", password: "password", phone: "+1" };
      for (const [field, value] of Object.entries(faulty)) await page.fill(`#sign-up-${field}`, value);
      await page.click("#sign-up-form [type=submit]");
      await page.click("#ask-server button");
      await page.waitForSelector(".comparison");
      await sound("2-faults");

      const username = freshName();
      await page.fill("#sign-up-name", "Ada Lovelace");
      await page.fill("#sign-up-phone", "+44 20 7946 0018");
      await signUp(page, { username, email: `${username}@example.com`, password: GOOD_PASSWORD });
      await page.click("#profile-body summary");
      await sound("3-profile");

      await page.click("#hash-form [type=submit]");
      await page.waitForSelector(".phc");
      await page.fill("#hash-again", "correct horse battery staple");
      await page.click(".again [type=submit]");
      await page.waitForSelector("#hash-verdict[data-match]");
      await page.click("#sign-out");
      await page.fill("#sign-in-identifier", username);
      await page.fill("#sign-in-password", "not the password");
      await page.click("#sign-in-form [type=submit]");
      await page.waitForSelector("#sign-in-form .form-alert:not([hidden])");
      await sound("4-refused-and-hashed");
      assert.deepEqual(complaints, []);
      await close();
    });
  }
}

test("the longest names fit a screen 320 px wide, as WCAG 1.4.10 wants", async () => {
  const { page, close } = await visit(browser, host.origin, { viewport: { width: 320, height: 640 } });
  const username = freshName().padEnd(32, "W");
  await signUp(page, {
    username,
    email: `${username.padEnd(64, "w")}@${"m".repeat(60)}.${"m".repeat(60)}.example`,
    password: GOOD_PASSWORD,
    name: "W".repeat(100),
  });
  await page.click("#profile-body summary");
  assert.equal(await sidewaysScroll(page), 0);
  await close();
});

test("the check can fail", async () => {
  const { page, close } = await visit(browser, host.origin);
  await page.evaluate(() => document.querySelector("label[for=sign-up-email]").remove());
  assert.ok((await violations(page)).some(({ rule }) => rule === "label"));
  await close();
});

test("who wants no motion gets none", async () => {
  const { page, close } = await visit(browser, host.origin, { reducedMotion: "reduce" });
  const moving = await page.evaluate(() => {
    document.getElementById("hash-turning").hidden = false;
    return document.getAnimations().length;
  });
  assert.equal(moving, 0);
  await close();
});

/** How far the page scrolls sideways, in CSS pixels. */
function sidewaysScroll(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** What axe finds under the rules of WCAG 2.2 AA and its own best practices. */
async function violations(page) {
  // As Chromium's own tools would, and not as a script of the page: its policy would refuse one.
  await page.evaluate(AXE);
  // Colours are measured when they have arrived.
  await page.waitForFunction(() => !document.getAnimations().some((one) => one instanceof CSSTransition));
  const { violations: found } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  return found.map(({ id, nodes }) => ({
    rule: id,
    where: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
  }));
}
