// One suite on every runtime and behind every bundler that the package has an entry for. A cell that cannot run fails.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, describe, it } from "node:test";

import "./proof.mjs";
import { chromium } from "./pages.mjs";
import { bun, deno, node } from "./processes.mjs";
import { edgeRuntime, workerd, wrangler } from "./workers.mjs";

// What the suite checks at the very least, over all subpaths and over `./inline` alone: as much as it did when this was
// written, so that no subpath, however small, and no area drops out unseen.
const WHOLE = 947;
const INLINE = 264;

/** A cell: its least number of checks, and how it is run. */
const CELLS = {
  "Node 20, import": [WHOLE, () => node("Node 20")],
  "Node 20, require": [WHOLE, () => node("Node 20", "run.cjs")],
  "Node 22, import": [WHOLE, () => node("Node 22")],
  "Node 22, require": [WHOLE, () => node("Node 22", "run.cjs")],
  "Node 26, import": [WHOLE, () => node("Node 26")],
  "Node 26, require": [WHOLE, () => node("Node 26", "run.cjs")],
  Deno: [WHOLE, () => deno()],
  Bun: [WHOLE, () => bun()],
  workerd: [WHOLE, () => workerd()],
  "workerd, bundled by wrangler": [WHOLE, () => wrangler()],
  "edge-runtime": [WHOLE, edgeRuntime],
  "Chromium, plain script": [WHOLE, () => chromium("plain")],
  "Chromium, built by Vite": [WHOLE, () => chromium("vite")],
  "Chromium, built by webpack": [WHOLE, () => chromium("webpack")],
  "Chromium, built by webpack as modules": [WHOLE, () => chromium("webpack, as modules")],
  "Node 22, ./inline alone": [INLINE, () => node("Node 22", "run-inline.mjs")],
  "Deno, ./inline alone": [INLINE, () => deno("run-inline.mjs")],
  "Bun, ./inline alone": [INLINE, () => bun("run-inline.mjs")],
  "Chromium, ./inline alone": [INLINE, () => chromium("plain", "run-inline-browser.mjs")],
};

const table = [];

describe("the package works", { concurrency: Math.min(2, availableParallelism()) }, () => {
  for (const [cell, [least, run]] of Object.entries(CELLS)) {
    it(`in ${cell}`, async () => {
      const row = { cell, checks: 0, failed: "all", seconds: 0 };
      table.push(row);
      const started = Date.now();
      const { checks, failures } = await run();
      Object.assign(row, { checks, failed: failures.length, seconds: (Date.now() - started) / 1000 });
      assert.deepEqual(failures, []);
      assert.ok(checks >= least, `only ${checks} checks of ${least}`);
    });
  }

  after(() => {
    const names = Object.keys(CELLS);
    table.sort((one, other) => names.indexOf(one.cell) - names.indexOf(other.cell));
    console.table(Object.fromEntries(table.map(({ cell, ...row }) => [cell, row])));
  });
});
