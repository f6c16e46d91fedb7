// Rounds of inputs through native and every runtime. A round is written to files once, as newline-delimited JSON in
// batches; each runtime is started once for it and answers a digest for each batch. Only where a digest differs is
// it asked for single verdicts.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serve } from "../cells/serve.mjs";
import { canonical } from "./answer/canonical.mjs";
import { digest } from "./answer/index.mjs";
import { KINDS, madeHashes } from "./inputs.mjs";
import { nativeVerdicts } from "./native.mjs";
import { Random } from "./random.mjs";
import { answers } from "./runtimes.mjs";

// Inputs that a runtime answers by one digest, and that one start of it is given.
const BATCH = 2_500;
const ROUND = 100_000;
// A start takes a second and some 100 MB, and answering keeps a core busy.
const AT_ONCE = 2;
// Batches that are looked into, for each runtime: the first difference mostly explains the rest.
const EXPLAINED = 2;

/**
 * @param {{ seed: number, inputs: number, runtimes: string[], doctor?: string }} settings
 * @returns the tally of each kind, how many inputs each runtime answered, and the differences
 */
export async function campaign({ seed, inputs, runtimes, doctor }) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-parity-"));
  const files = await serve(folder, { "Access-Control-Allow-Origin": "*" });
  const random = new Random(seed);
  const made = madeHashes(random);
  const result = { tally: newTally(), answered: Object.fromEntries(runtimes.map((name) => [name, 0])), differences: [] };
  try {
    for (let done = 0; done < inputs; done += ROUND) {
      const batches = [];
      for (let start = done; start < Math.min(done + ROUND, inputs); start += BATCH) {
        batches.push(await writtenBatch(folder, start, Math.min(BATCH, inputs - start), random, made, result.tally));
      }
      await eachOf(runtimes, async (runtime) => {
        result.differences.push(...(await differences(runtime, batches, { folder, origin: files.origin, doctor })));
        result.answered[runtime] += batches.reduce((sum, { size }) => sum + size, 0);
      });
      for (const { file } of batches) for (const name of [file, `${file}.native`]) rmSync(join(folder, name));
    }
    return result;
  } finally {
    await files.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a batch, writes it down, and asks native. */
async function writtenBatch(folder, start, size, random, made, tally) {
  const kinds = Object.keys(KINDS);
  const inputs = Array.from({ length: size }, (_, index) => {
    const kind = kinds[(start + index) % kinds.length];
    return { kind, ...KINDS[kind](random, made) };
  });
  const lines = inputs.map((input) => JSON.stringify(input));
  const file = `${start}.ndjson`;
  writeFileSync(join(folder, file), `${lines.join("\n")}\n`);
  const verdicts = await nativeVerdicts(lines);
  for (const [index, verdict] of verdicts.entries()) count(tally[inputs[index].kind], verdict);
  const texts = verdicts.map(canonical);
  writeFileSync(join(folder, `${file}.native`), `${texts.join("\n")}\n`);
  return { file, start, size, digest: await digest(texts) };
}

/** Where a runtime's verdicts are not native's. */
async function differences(runtime, batches, { folder, origin, doctor }) {
  const task = { origin, batches: batches.map(({ file }) => file), whole: false };
  const digests = await answers(runtime, task, doctor);
  const differing = batches.filter((batch, index) => digests[index] !== batch.digest);
  if (differing.length === 0) return [];
  const explained = differing.slice(0, EXPLAINED);
  const verdicts = await answers(runtime, { origin, batches: explained.map(({ file }) => file), whole: true }, doctor);
  const found = explained.flatMap(({ file, start }, batch) => {
    const [inputs, native] = [file, `${file}.native`].map((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"));
    return native.flatMap((expected, index) => {
      const verdict = verdicts[batch][index];
      return verdict === expected ? [] : [{ runtime, number: start + index, input: inputs[index], native: expected, found: verdict }];
    });
  });
  // What is not there the second time has no input to be shown, and is a difference all the same.
  if (found.length === 0) found.push({ runtime, number: explained[0].start, input: "it answered otherwise when it was asked again", native: "", found: "" });
  return found;
}

async function eachOf(list, action) {
  const waiting = [...list];
  const next = async () => {
    while (waiting.length > 0) await action(waiting.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

function newTally() {
  return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { inputs: 0, granted: 0, refused: 0, codes: new Set() }]));
}

function count(kind, { ok, issues = [], refused = [] }) {
  kind.inputs += 1;
  kind[ok !== undefined && ok !== false ? "granted" : "refused"] += 1;
  for (const code of [...issues.map(([, code]) => code), ...refused.slice(0, 1)]) kind.codes.add(code);
}
