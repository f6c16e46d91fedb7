// Native and wasm are built of one source by two compilers for two machines, and reached by two bindings. This
// holds them to the same verdicts, codes, fields, sentences and values, on inputs that a seed repeats:
//
//     PARITY_SEED=123 PARITY_INPUTS=100000 node --test tests/parity/

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { KINDS } from "./inputs.mjs";
import { Random } from "./random.mjs";
import { wasmVerdict } from "./wasm.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const seed = Number(process.env.PARITY_SEED ?? randomInt(2 ** 47));
const wanted = Number(process.env.PARITY_INPUTS ?? 24_000);
// Inputs that are made, asked and forgotten at a time.
const BATCH = 12_000;
// Hashes made beforehand, to be verified and changed.
const HASHES = 48;

execFileSync("cargo", ["build", "--quiet", "--workspace", "--bin", "parity"], { cwd: root, stdio: "inherit" });
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/parity");

function nativeVerdicts(inputs) {
  const lines = inputs.map((input) => JSON.stringify(input)).join("\n");
  const run = spawnSync(program, { input: `${lines}\n`, encoding: "utf8", maxBuffer: 1 << 30 });
  assert.equal(run.status, 0, run.stderr);
  const verdicts = run.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(verdicts.length, inputs.length);
  return verdicts.map((verdict, index) => withValues(inputs[index].kind, verdict));
}

/** Native gives headers and claims as their own text, the package as the values of it. */
function withValues(kind, verdict) {
  if (!["token", "jws", "decode"].includes(kind) || verdict.ok === undefined) return verdict;
  const { header, claims, ...rest } = verdict.ok;
  const values = { ...rest, header: JSON.parse(header), ...(claims === undefined ? {} : { claims: JSON.parse(claims) }) };
  return { ok: values };
}

function madeHashes(random) {
  return Array.from({ length: HASHES }, () => {
    const input = { kind: "hash", ...KINDS.hash(random) };
    return { hash: wasmVerdict(input).ok, password: input.password };
  });
}

test(`${wanted} inputs of seed ${seed} get the same verdicts`, (context) => {
  const random = new Random(seed);
  const made = madeHashes(random);
  const kinds = Object.keys(KINDS);
  const tally = Object.fromEntries(kinds.map((kind) => [kind, { inputs: 0, granted: 0, refused: 0, codes: new Set() }]));
  for (let done = 0; done < wanted; done += BATCH) {
    const inputs = Array.from({ length: Math.min(BATCH, wanted - done) }, (_, index) => {
      const kind = kinds[(done + index) % kinds.length];
      return { kind, ...KINDS[kind](random, made) };
    });
    const native = nativeVerdicts(inputs);
    for (const [index, input] of inputs.entries()) {
      assert.deepEqual(wasmVerdict(input), native[index], `seed ${seed}, input ${done + index}: ${JSON.stringify(input)}`);
      tally[input.kind].inputs += 1;
      tally[input.kind][isGranted(native[index]) ? "granted" : "refused"] += 1;
      for (const code of codesOf(native[index])) tally[input.kind].codes.add(code);
    }
  }
  context.diagnostic(`seed ${seed}`);
  for (const [kind, { inputs, granted, refused, codes }] of Object.entries(tally)) {
    context.diagnostic(`${kind.padEnd(12)} ${inputs} inputs, ${granted} granted, ${refused} refused by ${codes.size} different codes`);
    // Inputs that all fare alike would hold native and wasm to nothing.
    if (wanted >= 10_000) assert.ok(granted > inputs / 50 && (kind === "hash" || refused > inputs / 50), kind);
  }
});

const isGranted = ({ ok }) => ok !== undefined && ok !== false;

const codesOf = ({ issues = [], refused = [] }) => [...issues.map(([, code]) => code), ...refused.slice(0, 1)];

test("the codes in the package's types are those of the Rust enum, in its order", () => {
  const [codes] = nativeVerdicts([{ kind: "codes" }]);
  const types = readFileSync(join(root, "wasm/pkg/dist/types/common.d.ts"), "utf8");
  const [, union] = /^export type Code =(.+);$/m.exec(types);
  assert.deepEqual(union.split(" | ").slice(1).map((word) => JSON.parse(word)), codes);
});
