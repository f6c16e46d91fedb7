// A headless Chromium for the tests that need a real browser.
//
// An installed browser is preferred, since it gets its security updates from the system. Without one, the build
// from the npm package `@sparticuz/chromium` is unpacked into `.tools/chromium` by `install.mjs`.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The folder the tools live in; `COUNTERSIGN_TOOLS` moves it. */
export const TOOLS = resolve(ROOT, process.env.COUNTERSIGN_TOOLS ?? ".tools");

/** Where the npm package's browser is unpacked. */
export const UNPACKED = join(TOOLS, "chromium");

const INSTALLED_NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

const ARGUMENTS = [
  // Chromium's sandbox wants user namespaces or a set-uid helper, which containers and root do not give. The tests
  // open nothing but pages of our own.
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  // Nothing here may reach for the network: no component downloads, no field trials, no UDP to port 443.
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The path of a browser the system already has, or null. `CHROMIUM` names one outright. */
export function installedChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const candidates = INSTALLED_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** The browser to use and the environment it needs. */
function browser() {
  const installed = installedChromium();
  if (installed) return { executablePath: installed, env: process.env };
  return {
    executablePath: join(UNPACKED, "chromium"),
    env: {
      ...process.env,
      // The package brings NSS, NSPR and expat along, which a bare server image lacks, and one font family.
      LD_LIBRARY_PATH: [join(UNPACKED, "al2023", "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
      FONTCONFIG_FILE: join(UNPACKED, "fontconfig.xml"),
    },
  };
}

/**
 * Starts the browser. `options` go to playwright-core's `chromium.launch` on top of ours; close what you get.
 *
 * @param {import("playwright-core").LaunchOptions} [options]
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchBrowser(options = {}) {
  const { executablePath, env } = browser();
  if (!existsSync(executablePath)) {
    throw new Error(`No Chromium at ${executablePath}: run \`node tests/tools/install.mjs test\`, or set CHROMIUM to an installed one.`);
  }
  const { chromium } = createRequire(join(TOOLS, "node", "package.json"))("playwright-core");
  return chromium.launch({ executablePath, env, args: ARGUMENTS, ...options });
}
