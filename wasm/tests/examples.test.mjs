// Every export is shown in use, and what is shown is so.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { installed, subpaths, tools, workshop } from "./installed.mjs";

const dist = join(installed, "dist");
// Those of the client need a server, and run in a test of their own.
const APART = ["core.wasm.d.ts", "types/client.d.ts"];
const declarations = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".d.ts") && !APART.includes(name));

/** The exports of a declarations file that are values, with the comment before each. */
function exportsOf(name) {
  const text = readFileSync(join(dist, name), "utf8");
  const found = text.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export declare (?:const|function|class) (\w+)/g);
  return [...found].map(([, comment = "", exported]) => ({ name: exported, file: name, comment }));
}

/** The example of a comment, without the stars before its lines. */
const exampleOf = (comment) => /@example\n \* ```js\n([\s\S]+?) \* ```/.exec(comment)?.[1].replace(/^ \* ?/gm, "");

const exported = declarations.flatMap(exportsOf);
const examples = exported.map(({ name, file, comment }) => ({ name, file, example: exampleOf(comment) }));
const folder = workshop("examples");
for (const { name, file, example } of examples) {
  if (example !== undefined) writeFileSync(join(folder, `${fileName(name, file)}.mjs`), example);
}

function fileName(name, file) {
  return `${file.replace(/\W+/g, "-")}-${name}`;
}

test("every export of every subpath has an example", () => {
  const known = new Set(exported.map(({ name }) => name));
  for (const { name, file, example } of examples) assert.ok(example !== undefined, `${file}: ${name}`);
  for (const { name, folder } of subpaths) {
    if (name === "client") continue;
    const [, names] = /export const \{ ([^}]+) \}/.exec(readFileSync(join(folder, "browser.js"), "utf8"));
    for (const name of names.split(", ")) assert.ok(known.has(name), name);
  }
});

for (const { name, file, example } of examples) {
  if (example === undefined) continue;
  test(`the example of ${name} (${file}) prints what it says`, () => {
    const says = [...example.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, said]) => said);
    assert.ok(says.length > 0);
    const printed = execFileSync(process.execPath, [join(folder, `${fileName(name, file)}.mjs`)], { encoding: "utf8" });
    assert.deepEqual(printed.trimEnd().split("\n"), says);
  });
}

test("the examples are of the declared types", () => {
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  const compilerOptions = { allowJs: true, checkJs: true, noEmit: true, strict: true, module: "nodenext", lib: ["es2022", "dom"], types: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mjs"] }));
  const tsc = spawnSync(process.execPath, [join(tools, "typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
  assert.equal(tsc.stdout + tsc.stderr, "");
});
