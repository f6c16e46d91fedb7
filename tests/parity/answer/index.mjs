// What runs in every runtime: batches of inputs are fetched, and answered by one digest each or verdict by verdict.

import { canonical } from "./canonical.mjs";
import { judge } from "./verdict.mjs";

/**
 * @param {{ init: () => Promise<object> }} package as it was imported
 * @param {{ origin: string, batches: string[], whole: boolean }} task where the batches are, and what is wanted of them
 * @param {(input: object, verdict: object) => object} doctor changes verdicts, to see that it is noticed
 * @returns {Promise<(string | string[])[]>} for each batch its digest, or its verdicts
 */
export async function answer({ init }, { origin, batches, whole }, doctor = (_, verdict) => verdict) {
  const judged = judge(await init());
  const answers = [];
  for (const batch of batches) {
    const response = await fetch(`${origin}/${batch}`);
    if (!response.ok) throw new Error(`${batch}: ${response.status}`);
    const lines = (await response.text()).trimEnd().split("\n");
    const verdicts = lines.map((line) => {
      const input = JSON.parse(line);
      return canonical(doctor(input, judged(input)));
    });
    answers.push(whole ? verdicts : await digest(verdicts));
  }
  return answers;
}

/** One digest over many verdicts, in hex. */
export async function digest(verdicts) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verdicts.join("\n")));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
