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

/** What comes to an error in an example as it stands, and why. Everything else that an example calls must come to none. */
const FAILING = {
  // They show a code, and nobody has turned a second factor on.
  disable: ["mfa.disable: mfa_not_enabled"],
  recoveryCodes: ["mfa.recoveryCodes: mfa_not_enabled"],
  // They show a token that was never mailed.
  confirmPasswordReset: ["confirmPasswordReset: invalid_token"],
  confirmVerification: ["confirmVerification: invalid_token"],
  // Its second line is the other way to sign out, and nobody is signed in any more.
  signOut: ["signOut: not_signed_in"],
};

test("what fails in an example is of an example that there is", () => {
  for (const name of Object.keys(FAILING)) assert.ok(examples.find((one) => one.name === name)?.example, name);
});

/** The same client, or a part of it, which puts a promise of what went wrong in each call into `calls`: `undefined` where nothing did. */
function watched(part, calls, path = "") {
  const watching = ([name, member]) => {
    if (typeof member === "object") return [name, watched(member, calls, `${path}${name}.`)];
    return [name, (...args) => {
      const answer = member(...args);
      calls.push(Promise.resolve(answer).then((result) => fault(result) && `${path}${name}: ${fault(result)}`));
      return answer;
    }];
  };
  return Object.fromEntries(Object.entries(part).map(watching));
}

const fault = (result) => (result instanceof Response ? !result.ok && String(result.status) : result?.error?.code);

const AsyncFunction = (async () => {}).constructor;

for (const { name, example } of examples.filter(({ example }) => example)) {
  test(`the example of ${name} runs`, async () => {
    const client = createAuthClient({ baseURL: server.origin });
    const form = somebody();
    assert.equal((await client.signUp(form)).error, null);
    assert.equal((await client.data.set("preferences", { theme: "light" })).error, null);
    // Somebody who is signed in elsewhere too.
    const { username, password } = form;
    const elsewhere = createAuthClient({ baseURL: server.origin });
    assert.equal((await elsewhere.signInWithPassword({ username, password })).error, null);
    elsewhere.dispose();
    const thing = {};
    const calls = [];
    const around = {
      client: watched(client, calls),
      email: form.email,
      password,
      document: { querySelector: () => thing },
      location: { hash: "#token=t" },
      prompt: () => "123456",
      console: { log() {} },
    };
    try {
      if (example.startsWith("import ")) return assert.equal(program(name, example), /; \/\/ (.+)$/m.exec(example)[1]);
      // `client` and `document` of the example's own are no redeclaration of these.
      await new AsyncFunction(...Object.keys(around), `{ ${example} }`)(...Object.values(around));
      assert.ok(calls.length > 0);
      assert.deepEqual((await Promise.all(calls)).filter(Boolean), FAILING[name] ?? []);
    } finally {
      client.dispose();
    }
  });
}
