// Native and wasm are built of one source by two compilers for two machines, and each runtime reaches the wasm by
// an engine of its own. This holds them all to the same verdicts, codes, fields, sentences and values, on inputs that a seed
// repeats:
//
//     PARITY_SEED=123 PARITY_INPUTS=1000000 node --test tests/parity/

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { installed } from "../cells/scratch.mjs";
import { campaign } from "./campaign.mjs";
import { nativeVerdicts } from "./native.mjs";
import { NAMES } from "./runtimes.mjs";

const seed = Number(process.env.PARITY_SEED ?? randomInt(2 ** 47));
const inputs = Number(process.env.PARITY_INPUTS ?? 100_000);
// Differences that are shown.
const SHOWN = 10;

test(`${inputs} inputs of seed ${seed} get native's verdicts in ${NAMES.join(", ")}`, async (context) => {
  const { tally, answered, differences } = await campaign({ seed, inputs, runtimes: NAMES });
  for (const [kind, { inputs, granted, refused, codes }] of Object.entries(tally)) {
    context.diagnostic(`${kind.padEnd(12)} ${inputs} inputs, ${granted} granted, ${refused} refused by ${codes.size} different codes`);
  }
  for (const runtime of NAMES) {
    const count = differences.filter((difference) => difference.runtime === runtime).length;
    context.diagnostic(`${runtime.padEnd(12)} ${answered[runtime]} inputs, ${count} differences`);
  }
  assert.equal(differences.length, 0, report(differences));
  for (const [kind, { inputs, granted, refused }] of Object.entries(tally)) {
    // Inputs that all fare alike would hold native and wasm to nothing.
    if (inputs >= 500) assert.ok(granted > inputs / 50 && (kind === "hash" || refused > inputs / 50), kind);
  }
});

/** Differences for a person to read. */
function report(differences) {
  const shown = differences.slice(0, SHOWN).map(
    ({ runtime, number, input, native, found }) => `${runtime}, input ${number}: ${input}\n    native: ${native}\n    ${runtime}: ${found}`,
  );
  return `seed ${seed} has differences:\n${shown.join("\n")}`;
}

test("a runtime with one rule of its own is found, with the input and both verdicts", async () => {
  const doctor = `(input, verdict) => (input.kind === "username" && verdict.ok?.length === 3 ? { issues: [["username", "too_short", "It is too short."]] } : verdict)`;
  const { differences } = await campaign({ seed: 7, inputs: 5_000, runtimes: ["Node"], doctor });
  assert.ok(differences.length > 0);
  for (const { runtime, input, native, found } of differences) {
    assert.deepEqual([runtime, JSON.parse(input).kind, JSON.parse(native).ok.length], ["Node", "username", 3]);
    assert.match(found, /too_short/);
  }
  assert.match(report(differences), /Node, input \d+: \{"kind":"username",.+\n    native: \{"ok":"...?"\}\n    Node: \{"issues"/);
});

test("the codes in the package's types are those of the Rust enum, in its order", async () => {
  const [codes] = await nativeVerdicts([JSON.stringify({ kind: "codes" })]);
  const types = readFileSync(join(installed, "dist/types/common.d.ts"), "utf8");
  const [, union] = /^export type Code =(.+);$/m.exec(types);
  assert.deepEqual(union.split(" | ").slice(1).map((word) => JSON.parse(word)), codes);
});
