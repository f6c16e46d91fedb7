// The runtimes that are held to native: each imports the package by name and answers batches from a loopback port.

import { fileURLToPath } from "node:url";

import { chromium } from "../cells/pages.mjs";
import { bun, deno, node } from "../cells/processes.mjs";
import { bring, byFile, entry } from "../cells/scratch.mjs";
import { workerd } from "../cells/workers.mjs";

bring(fileURLToPath(new URL("answer", import.meta.url)));

const RUNTIMES = {
  Node: (run) => node("Node 22", run),
  Deno: deno,
  Bun: bun,
  workerd,
  Chromium: (run) => chromium("plain", run),
};

// Those that know no names of packages are told which file it is.
const CONDITIONS = { workerd: ["workerd", "worker", "browser", "default"], Chromium: ["browser", "default"] };

export const NAMES = Object.keys(RUNTIMES);

let runs = 0;

/**
 * @param {string} name of a runtime
 * @param {object} task what `answer` is asked (answer/index.mjs)
 * @param {string} [doctor] the source of a function that changes verdicts
 */
export function answers(name, task, doctor = "undefined") {
  const file = `parity-${(runs += 1)}.mjs`;
  const source = `import { answer } from "./answer/index.mjs";
export const run = () => answer(modules, ${JSON.stringify(task)}, ${doctor});
`;
  entry(file, source, CONDITIONS[name] && byFile(CONDITIONS[name]));
  return RUNTIMES[name](file);
}
