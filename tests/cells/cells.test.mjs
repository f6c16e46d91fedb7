// One suite on every runtime and behind every bundler that the package has an entry for. A cell that cannot run fails.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, describe, it } from "node:test";

import "./proof.mjs";
import { chromium } from "./pages.mjs";
import { bun, deno, node } from "./processes.mjs";
import { edgeRuntime, workerd, wrangler } from "./workers.mjs";

const CELLS = {
  "Node 20, import": () => node("Node 20"),
  "Node 20, require": () => node("Node 20", "run.cjs"),
  "Node 22, import": () => node("Node 22"),
  "Node 22, require": () => node("Node 22", "run.cjs"),
  "Node 26, import": () => node("Node 26"),
  "Node 26, require": () => node("Node 26", "run.cjs"),
  Deno: () => deno(),
  Bun: () => bun(),
  workerd: () => workerd(),
  "workerd, bundled by wrangler": () => wrangler(),
  "edge-runtime": edgeRuntime,
  "Chromium, plain script": () => chromium("plain"),
  "Chromium, built by Vite": () => chromium("vite"),
  "Chromium, built by webpack": () => chromium("webpack"),
  "Chromium, built by webpack as modules": () => chromium("webpack, as modules"),
  "Node 22, ./inline alone": () => node("Node 22", "run-inline.mjs"),
  "Deno, ./inline alone": () => deno("run-inline.mjs"),
  "Bun, ./inline alone": () => bun("run-inline.mjs"),
  "Chromium, ./inline alone": () => chromium("plain", "run-inline-browser.mjs"),
};

// What the suite checks at the very least. A cell that finds less has not run it.
const LEAST_CHECKS = 100;

const table = [];

describe("the package works", { concurrency: Math.min(2, availableParallelism()) }, () => {
  for (const [cell, run] of Object.entries(CELLS)) {
    it(`in ${cell}`, async () => {
      const row = { cell, checks: 0, failed: "all", seconds: 0 };
      table.push(row);
      const started = Date.now();
      const { checks, failures } = await run();
      Object.assign(row, { checks, failed: failures.length, seconds: (Date.now() - started) / 1000 });
      assert.deepEqual(failures, []);
      assert.ok(checks >= LEAST_CHECKS, `only ${checks} checks`);
    });
  }

  after(() => {
    const names = Object.keys(CELLS);
    table.sort((one, other) => names.indexOf(one.cell) - names.indexOf(other.cell));
    console.table(Object.fromEntries(table.map(({ cell, ...row }) => [cell, row])));
  });
});
