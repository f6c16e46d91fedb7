// The notices of the crates that are linked into the wasms, which their licences ask to be passed on. They are read out of
// the very packages that cargo built: those of one wording stand there once, under all who have the copyright.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const PLATFORM = "wasm32-unknown-unknown";

/** Files of a package that hold a licence or a notice. */
const NOTICE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;
const COPYRIGHT = /^\s*(copyright\b|\(c\)|©)/i;

/** All notices as one text. `run` answers what a program prints. */
export async function notices(run) {
  const crates = await linkedCrates(run);
  const wordings = new Map();
  for (const crate of crates) {
    const texts = textsOf(crate);
    if (texts.length === 0) texts.push(`${crate.license}, of which its package holds no text. It is at ${crate.repository}.`);
    for (const text of texts) {
      const lines = text.replaceAll("\r", "").split("\n");
      const wording = lines.filter((line) => !COPYRIGHT.test(line)).join("\n").trim();
      // The same words are often broken into other lines.
      const key = wording.replace(/\s+/g, " ");
      if (!wordings.has(key)) wordings.set(key, { wording, owners: [] });
      const copyrights = lines.filter((line) => COPYRIGHT.test(line)).map((line) => `    ${line.trim()}`);
      wordings.get(key).owners.push([`${crate.name} ${crate.version}`, ...copyrights].join("\n"));
    }
  }
  const sections = [...wordings.values()].map(({ wording, owners }) => `${owners.join("\n")}\n\n${wording}\n`);
  return ["The WebAssembly modules of the npm package hold these crates besides, and Rust's own library (MIT or Apache-2.0).\n", ...sections]
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** The packages whose code can be in a wasm, by name; what only runs while others are built is none of them. */
async function linkedCrates(run) {
  const packages = ["--package", "countersign-wasm", "--target", PLATFORM, "--all-features"];
  const tree = await run("cargo", ["tree", ...packages, "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
  const linked = new Set(tree.split("\n").map((line) => line.split(" ").slice(0, 2).join(" ")));
  const metadata = JSON.parse(await run("cargo", ["metadata", "--format-version", "1", "--all-features", "--filter-platform", PLATFORM]));
  return metadata.packages
    .filter(({ name, version, source }) => source !== null && linked.has(`${name} v${version}`))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** What a package says of its licence: where we may choose, not Apache's, whose text is beside this file already. */
function textsOf({ manifest_path: manifest, license }) {
  const folder = dirname(manifest);
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && NOTICE.test(entry.name));
  const names = files.map(({ name }) => name).sort();
  const others = names.filter((name) => !/apache|unlicense/i.test(name));
  const chosen = /\bOR\b|\//.test(license) && others.length > 0 ? others : names;
  return chosen.map((name) => readFileSync(join(folder, name), "utf8").trim()).filter((text) => text !== "");
}
