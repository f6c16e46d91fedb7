// The suite and its entries, written where the package is installed.

import { fileURLToPath } from "node:url";

import { facts } from "./facts.mjs";
import { bring, byFile, entry, entryForRequire, write } from "./scratch.mjs";

bring(fileURLToPath(new URL("suite", import.meta.url)));
write("facts.mjs", `export const facts = ${JSON.stringify(facts)};\n`);

const RUN = `import { prove } from "./suite/index.mjs";
import { facts } from "./facts.mjs";
export const run = () => prove(modules, facts);
`;
entry("run.mjs", RUN);
entry("run-workerd.mjs", RUN, byFile(["workerd", "worker", "browser", "default"]));
entry("run-browser.mjs", RUN, byFile(["browser", "default"]));
// Alone, since it would find the wasm of `.` already loaded.
entry("run-inline.mjs", RUN, undefined, ["./inline"]);
entry("run-inline-browser.mjs", RUN, byFile(["browser", "default"]), ["./inline"]);
entryForRequire(
  "run.cjs",
  `exports.run = async () => {
  const [{ prove }, { facts }] = await Promise.all([import("./suite/index.mjs"), import("./facts.mjs")]);
  return prove(modules, facts);
};
`,
);
