// Argon2id in the browser: right, and never in the way of the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { openBrowser, visit } from "./visitor.mjs";

// Past this a person notices that a page hangs (RAIL's bound for an answer to an input).
const NOTICED_MS = 100;

let host;
let browser;

before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
});

test("hashing and verifying keep the page moving", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  await watchTasks(page);
  // The costliest on offer, so that there is something to be in the way of.
  await page.selectOption("#hash-cost", "65536,3,4");
  await page.fill("#hash-password", "correct horse battery staple");
  await page.evaluate(() => {
    window.turned = 0;
    const turning = document.getElementById("hash-turning");
    const look = () => {
      if (!turning.hidden) window.turned += 1;
      requestAnimationFrame(look);
    };
    look();
  });
  await page.click("#hash-form [type=submit]");
  await page.waitForSelector(".phc");
  const phc = await page.textContent(".phc");
  assert.match(phc, /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.match(await page.textContent("#hash-status"), /^Hashed in \d/);
  assert.match(await page.textContent("#hash-result .facts"), /in the worker/);

  await page.fill("#hash-again", "correct horse battery staplE");
  await page.click(".again [type=submit]");
  await page.waitForSelector("#hash-verdict[data-match=false]");
  await page.fill("#hash-again", "correct horse battery staple");
  await page.click(".again [type=submit]");
  await page.waitForSelector("#hash-verdict[data-match=true]");

  const longest = await longestTask(page);
  assert.ok(longest < NOTICED_MS, `the page hung for ${longest} ms`);
  assert.ok((await page.evaluate(() => window.turned)) > 5, "the indicator was drawn while it worked");
  assert.deepEqual(complaints, []);
  await close();
});

test("the same on the page's own thread would hang it: the watch works", async () => {
  const { page, close } = await visit(browser, host.origin);
  await watchTasks(page);
  await page.evaluate(async () => {
    const { init } = await import("/demo/countersign/browser.js");
    (await init()).hashPassword("correct horse battery staple", { memoryKib: 65_536, iterations: 3, parallelism: 4 });
  });
  assert.ok((await longestTask(page)) >= NOTICED_MS);
  await close();
});

/** Notes every task of the page's own thread that is long (50 ms or more, by the Long Tasks specification). */
function watchTasks(page) {
  return page.evaluate(() => {
    window.longestTask = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longestTask = Math.max(window.longestTask, duration);
    }).observe({ type: "longtask" });
  });
}

async function longestTask(page) {
  // Entries are handed over after the task they tell of.
  await page.waitForTimeout(200);
  return page.evaluate(() => window.longestTask);
}
