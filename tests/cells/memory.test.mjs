// What a server or a page that checks passwords all day takes: the memory of one hash, and no more.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { chromium } from "./pages.mjs";
import { node } from "./processes.mjs";
import { bring, byFile, entry } from "./scratch.mjs";

const VERIFICATIONS = 1_000;
const MIB = 1024 * 1024;
// One hash of 19 MiB, as much again should an allocator grow before it reuses, and the module's own.
const MOST = 40 * MIB;

bring(fileURLToPath(new URL("memory", import.meta.url)));
const RUN = `import { verifyOften } from "./memory/verify.mjs";
export const run = () => verifyOften(modules["."], ${VERIFICATIONS});
`;
entry("memory.mjs", RUN, undefined, ["."]);
entry("memory-browser.mjs", RUN, byFile(["browser", "default"]), ["."]);

const PLACES = {
  "Node 22": () => node("Node 22", "memory.mjs"),
  Chromium: () => chromium("plain", "memory-browser.mjs"),
};

describe(`${VERIFICATIONS} verifications at 19 MiB take at most 40 MiB of linear memory`, { concurrency: 2 }, () => {
  for (const [place, run] of Object.entries(PLACES)) {
    it(`in ${place}`, async (context) => {
      const { right, wrong, memories } = await run();
      assert.deepEqual([right, wrong], [VERIFICATIONS / 2, VERIFICATIONS / 2]);
      assert.equal(memories.length, 1);
      context.diagnostic(`${(memories[0] / MIB).toFixed(1)} MiB`);
      assert.ok(memories[0] > 19 * MIB && memories[0] <= MOST, `${memories[0]} bytes`);
    });
  }
});
