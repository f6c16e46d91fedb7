// What guards a worker: permissions, and tokens held against a list of what is revoked.

import { anyText, mutate } from "./text.mjs";
import { signedAnew } from "./tokens.mjs";
import { vectors } from "./vectors.mjs";

const ACTIONS = ["read", "read", "write", "delete", "*", "Read"];
const RESOURCES = ["Task", "Task", "*", "task", "invoice:42", "Ta sk", "Tásk"];

/** What a token grants, and what is asked of it. */
export function permission(random) {
  const word = (words) => (random.chance(0.9) ? random.pick(words) : random.one(() => "", () => mutate(random, random.pick(words)), () => anyText(random, random.pick([1, 128]))));
  const grants = Array.from({ length: random.pick([0, 1, 1, 2, 2, 5, 100]) }, () => ({ action: word(ACTIONS), resource: word(RESOURCES) }));
  return { grants, action: word(ACTIONS), resource: word(RESOURCES) };
}

const { checks, lists } = vectors("revocations");
// Signed by the secret that the makers of tokens have too.
const LISTS = [...checks, ...lists].filter(({ list, keys }) => keys.kid === "hs-1" && list.length < 5_000);
// Of those that are refused, some hold no JSON that could be changed.
const TAKEN = LISTS.filter(({ ok, code }) => ok || code !== undefined).map(({ list }) => list);
const TOKENS = checks.filter(({ keys }) => keys.kid === "hs-1");

/** A verifier's keys and list, and a token that is shown to it. */
export function guard(random) {
  const { keys, algorithms, issuer, now } = random.pick(TOKENS);
  const { list } = random.chance(0.5) ? random.pick(checks) : random.pick(LISTS);
  const { token } = random.pick(TOKENS);
  return {
    key: JSON.stringify(keys),
    algorithms,
    issuer,
    audience: "default",
    stale_max_secs: random.pick([300, 300, 60, 1]),
    list: random.one(() => list, () => signedAnew(random, random.pick(TAKEN)), () => mutate(random, list)),
    token: random.one(() => token, () => signedAnew(random, token), () => mutate(random, token)),
    now: now + random.mostly(0, 1, 59, 60, 299, 300, 301, 3_600, -5, -6),
  };
}
