// The first lines that a newcomer tries, as they stand in the package's README: in Node, in a page, in a worker.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { chromium } from "./pages.mjs";
import { node } from "./processes.mjs";
import { installed, write } from "./scratch.mjs";
import { wrangler } from "./workers.mjs";

const [, example, printed] = /```js\n([\s\S]+?)```\n\n```\n([\s\S]+?)```/.exec(readFileSync(join(installed, "README.md"), "utf8"));

write("readme-example.mjs", example);
// The example runs once it is imported; what it prints is the report.
write(
  "readme.mjs",
  `export async function run() {
  const printed = [];
  const { log } = console;
  console.log = (...words) => printed.push(words.join(" "));
  await import("./readme-example.mjs");
  console.log = log;
  return printed;
}
`,
);

const PLACES = {
  "Node 22": () => node("Node 22", "readme.mjs"),
  "Chromium, built by Vite": () => chromium("vite", "readme.mjs"),
  "workerd, bundled by wrangler": () => wrangler("readme.mjs"),
};

describe("the README's first example prints what it says", { concurrency: 2 }, () => {
  for (const [place, run] of Object.entries(PLACES)) {
    it(`in ${place}`, async () => assert.deepEqual(await run(), printed.trimEnd().split("\n")));
  }
});
