// Native's verdicts, by the program of native.rs, in the form that the package's have (answer/verdict.mjs).

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

execFileSync("cargo", ["build", "--quiet", "--workspace", "--bin", "parity"], { cwd: root, stdio: "inherit" });
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/parity");

/** @param {string[]} lines inputs as JSON text */
export async function nativeVerdicts(lines) {
  const native = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  native.stdin.end(`${lines.join("\n")}\n`);
  const ended = once(native, "close");
  let answered = "";
  for await (const part of native.stdout.setEncoding("utf8")) answered += part;
  const [status] = await ended;
  const verdicts = answered.trimEnd().split("\n").map((line) => withValues(JSON.parse(line)));
  if (status !== 0 || verdicts.length !== lines.length) throw new Error(`native ended with ${status} after ${verdicts.length} verdicts`);
  return verdicts;
}

/** Native gives headers and claims as the text they came in, the package as the values of it. */
function withValues(verdict) {
  const { header, claims, ...rest } = verdict.ok ?? {};
  if (header === undefined && claims === undefined) return verdict;
  const parsed = Object.entries({ header, claims }).flatMap(([name, text]) => (text === undefined ? [] : [[name, JSON.parse(text)]]));
  return { ok: { ...rest, ...Object.fromEntries(parsed) } };
}
