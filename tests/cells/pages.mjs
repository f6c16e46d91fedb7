// Pages in Chromium: the suite as plain scripts and as bundlers build it, under the strictest policy that lets wasm run.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { TOOLS, launchBrowser } from "../tools/chromium.mjs";
import { PATIENCE_MS } from "./processes.mjs";
import { scratch, write } from "./scratch.mjs";
import { serve } from "./serve.mjs";

const require = createRequire(join(TOOLS, "node", "package.json"));

/** No inline scripts, no eval, nothing from elsewhere: what the package says it needs of a page, and no more. */
export const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

// The report goes to the server, with whatever the policy had to stop.
const page = (run) => `import { run } from "${run}";
const stopped = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => stopped.push(\`\${violatedDirective} \${blockedURI}\`));
const report = await run();
await fetch("/report", { method: "POST", body: JSON.stringify({ report, stopped }) });
`;
const html = (script) => `<!doctype html><meta charset="utf-8"><title>A cell</title><script type="module" src="${script}"></script>\n`;

// How each makes its page, and answers the folder to serve and the page in it.
const PAGES = {
  plain(run = "run-browser.mjs") {
    const name = run.replace(".mjs", "");
    write(`${name}-page.mjs`, page(`./${run}`));
    write(`${name}.html`, html(`./${name}-page.mjs`));
    return [scratch, `/${name}.html`];
  },

  async vite(run = "run.mjs") {
    const folder = `built/vite-${run.replace(".mjs", "")}`;
    write(`${folder}/page.mjs`, page(`../../${run}`));
    const root = dirname(write(`${folder}/index.html`, html("./page.mjs")));
    const { build } = await import(require.resolve("vite"));
    await build({ root, configFile: false, logLevel: "error", cacheDir: join(root, "cache"), build: { outDir: "out", target: "es2022" } });
    return [join(root, "out"), "/index.html"];
  },

  webpack: () => byWebpack("webpack", {}),
  // Modules that share all they can, so that the worker of `./worker` begins by importing what the page has too.
  "webpack, as modules": () =>
    byWebpack("webpack-modules", { experiments: { outputModule: true }, optimization: { splitChunks: { chunks: "all", minSize: 0 } } }),
};

async function byWebpack(name, settings) {
  const context = dirname(write(`built/${name}/page.mjs`, page("../../run.mjs")));
  const path = join(context, "out");
  mkdirSync(path);
  write(`built/${name}/out/index.html`, html("./main.js"));
  const webpack = require("webpack");
  const output = { path, filename: "[name].js", module: settings.experiments?.outputModule };
  // It warns of large files, which `./inline` and `./strength` are known to be.
  const all = { mode: "production", context, entry: "./page.mjs", output, performance: { hints: false }, ...settings };
  const stats = await new Promise((built, failed) => webpack(all, (error, done) => (error ? failed(error) : built(done))));
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
  return [path, "/index.html"];
}

/**
 * Opens a page and resolves to what it reports.
 *
 * @param {keyof typeof PAGES} kind
 * @param {string} [run] the file in the scratch folder that exports `run`
 */
export async function chromium(kind, run) {
  const [folder, path] = await PAGES[kind](run);
  const site = await serve(folder, { "Content-Security-Policy": POLICY });
  const browser = await launchBrowser();
  try {
    const tab = await browser.newPage();
    const told = [];
    const failed = new Promise((_, fail) => {
      tab.on("console", (message) => told.push(message.text()));
      tab.on("pageerror", (error) => fail(error));
      setTimeout(() => fail(new Error(`no report in time: ${told.join("; ")}`)), PATIENCE_MS).unref();
    });
    await tab.goto(site.origin + path);
    const { report, stopped } = await Promise.race([site.report, failed]);
    if (stopped.length > 0) throw new Error(`The policy stopped ${stopped.join(", ")}`);
    return report;
  } finally {
    await browser.close();
    await site.close();
  }
}
