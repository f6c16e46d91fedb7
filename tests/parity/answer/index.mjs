// What runs in every runtime: batches of inputs are fetched, and answered by one digest each or verdict by verdict.

import { canonical } from "./canonical.mjs";
import { verdictOf } from "./verdict.mjs";

// The kinds of inputs that have a wasm of their own beside that of `.`, which must say the same.
const ALSO = {
  email: "./validate",
  username: "./validate",
  password: "./validate",
  name: "./validate",
  phone: "./validate",
  registration: "./validate",
  token: "./verify",
  jws: "./verify",
  jwks: "./verify",
  decode: "./verify",
  permission: "./verify",
  guard: "./verify",
};

/**
 * @param {Record<string, { init: () => Promise<object>, createVerifier?: Function }>} modules of the package by subpath
 * @param {{ origin: string, batches: string[], whole: boolean }} task where the batches are, and what is wanted of them
 * @param {(input: object, verdict: object) => object} doctor changes verdicts, to see that it is noticed
 * @returns {Promise<(string | string[])[]>} for each batch its digest, or its verdicts
 */
export async function answer(modules, { origin, batches, whole }, doctor = (_, verdict) => verdict) {
  const cores = {};
  for (const subpath of new Set([".", ...Object.values(ALSO)])) {
    const { createVerifier, init } = modules[subpath];
    cores[subpath] = { createVerifier, ...(await init()) };
  }
  const answers = [];
  for (const batch of batches) {
    const response = await fetch(`${origin}/${batch}`);
    if (!response.ok) throw new Error(`${batch}: ${response.status}`);
    const verdicts = [];
    for (const line of (await response.text()).trimEnd().split("\n")) {
      const input = JSON.parse(line);
      verdicts.push(canonical(doctor(input, await agreed(cores, input))));
    }
    answers.push(whole ? verdicts : await digest(verdicts));
  }
  return answers;
}

/** The verdict of `.`, or a fault where another part of the package has another. */
async function agreed(cores, input) {
  const verdict = await verdictOf(cores["."], input);
  const subpath = ALSO[input.kind];
  if (subpath === undefined) return verdict;
  const other = await verdictOf(cores[subpath], input);
  return canonical(other) === canonical(verdict) ? verdict : { fault: `${subpath} says otherwise`, verdict, other };
}

/** One digest over many verdicts, in hex. */
export async function digest(verdicts) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verdicts.join("\n")));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
