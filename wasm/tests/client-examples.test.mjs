// Every example of the client's declarations, run as it stands against the real server.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { somebody, startServer } from "./client/server.mjs";
import { importOf, workshop } from "./installed.mjs";

const { createAuthClient } = await importOf("client");

const declarations = ["account", "client"]
  .map((name) => readFileSync(new URL(`../js/types/${name}.d.ts`, import.meta.url), "utf8"))
  .join("\n");
const METHODS = declarations.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:readonly |export declare (?:function|class) )?(\w+)(?:\(| extends Error|: Fetch;)/g);
const examples = [...METHODS].map(([, comment, name]) => ({ name, example: exampleIn(comment) }));

function exampleIn(comment) {
  const [, text] = /@example\n\s*\* ```js\n([\s\S]*?)\s*\* ```/.exec(comment) ?? [];
  return text?.replace(/^ *\* ?/gm, "").trim();
}

let server;

before(async () => {
  server = await startServer();
});

after(() => server?.end());

test("every method has an example", () => {
  const client = createAuthClient({ baseURL: server.origin });
  const methods = [...Object.keys(client), ...Object.keys(client.mfa), ...Object.keys(client.data), "createAuthClient"].filter((name) => !["mfa", "data"].includes(name));
  client.dispose();
  for (const method of methods) assert.ok(examples.find(({ name }) => name === method)?.example, method);
});

/** What a whole program prints. */
function program(name, text) {
  const path = join(workshop("client-examples"), `${name}.mjs`);
  writeFileSync(path, text);
  return execFileSync(process.execPath, [path], { encoding: "utf8" }).trim();
}

const AsyncFunction = (async () => {}).constructor;

for (const { name, example } of examples.filter(({ example }) => example)) {
  test(`the example of ${name} runs`, async () => {
    const client = createAuthClient({ baseURL: server.origin });
    const form = somebody();
    assert.equal((await client.signUp(form)).error, null);
    const thing = {};
    const around = {
      client,
      createAuthClient,
      email: form.email,
      password: form.password,
      document: { querySelector: () => thing },
      location: { hash: "#token=t" },
      prompt: () => "123456",
      console: { log() {} },
    };
    try {
      if (example.startsWith("import ")) return assert.equal(program(name, example), /; \/\/ (.+)$/m.exec(example)[1]);
      // `client` and `document` of the example's own are no redeclaration of these.
      await new AsyncFunction(...Object.keys(around), `{ ${example} }`)(...Object.values(around));
    } finally {
      client.dispose();
    }
  });
}
