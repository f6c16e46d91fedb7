// A person in front of the page: a browser tab that remembers everything it had to complain about.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { launchBrowser } from "../../tests/tools/chromium.mjs";

export const DESKTOP = { width: 1280, height: 900 };
/** The narrowest phone the page is made for. */
export const PHONE = { width: 360, height: 740 };

// Everything here answers within a second on a quiet machine; this is for a busy one.
const PATIENCE_MS = 15_000;

/** A password that is neither common nor anybody's name. */
export const GOOD_PASSWORD = "a harbour in the mist";

/** One browser for a test file. */
export async function openBrowser() {
  return launchBrowser();
}

/**
 * Opens the page in a profile of its own.
 *
 * `prepare` gets the tab before it goes anywhere; `core` is what the page is to say of the wasm core.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin
 * @param {import("playwright-core").BrowserContextOptions & { prepare?: Function, core?: "ready" | "missing" }} [options]
 */
export async function visit(browser, origin, { prepare, core = "ready", ...options } = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "no-preference", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints = watch(page, origin);
  await prepare?.(page);
  await page.goto(origin);
  await page.waitForSelector(`html[data-core=${core}]`);
  return { page, complaints, close: () => context.close() };
}

/**
 * Everything a healthy page never has: errors in the console, where breaches of the policy stand too, exceptions, and
 * requests elsewhere. That an answer of the API was a refusal, or did not come, is written to the console by the browser itself and is no
 * fault of the page.
 */
function watch(page, origin) {
  const complaints = [];
  page.on("console", (message) => {
    const refusal =
      /^Failed to load resource/.test(message.text()) && message.location().url.startsWith(`${origin}/api/`);
    if (["error", "warning"].includes(message.type()) && !refusal) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const here = request.url().startsWith(`${origin}/`);
    if (!here && !request.url().startsWith("data:")) complaints.push(`request to ${request.url()}`);
  });
  return complaints;
}

/** A name that nobody has taken in this database. */
export function freshName() {
  return `ada.${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
}

/** Signs up through the form and waits for the profile. */
export async function signUp(page, { username, email, password, ...optional }) {
  await page.fill("#sign-up-username", username);
  await page.fill("#sign-up-email", email);
  await page.fill("#sign-up-password", password);
  if (Object.keys(optional).length > 0) {
    await page.click("#sign-up-form summary");
    for (const [field, value] of Object.entries(optional)) {
      await page.fill(`#sign-up-${field.replace("_", "-")}`, value);
    }
  }
  await page.click("#sign-up-form [type=submit]");
  await page.waitForSelector("#token-heading");
}

/** The faults the form shows, as the server would list them. */
export function shownFaults(page, form) {
  return page.$$eval(`${form} [data-fault]`, (boxes) =>
    boxes.map((box) => ({
      field: box.dataset.field,
      code: box.dataset.fault,
      message: box.querySelector(".fault").textContent,
    })),
  );
}

/** Keeps a picture of the whole page in web-demo/shots where WEB_DEMO_SHOTS asks for it. */
export async function picture(page, name) {
  if (!process.env.WEB_DEMO_SHOTS) return;
  const folder = fileURLToPath(new URL("../shots/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
