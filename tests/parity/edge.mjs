// What guards a worker: permissions, and tokens held against a list of what is revoked.

import { anyText, mutate } from "./text.mjs";
import { ALL, EVERY, PUBLIC, signedAnew, signedBy } from "./tokens.mjs";
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

// The wasm takes some 0.7 ms for a list and a token of HS256, and six or eight times as long for those of RS256 and ES256.
const SIGNING = [...Array(9).fill("HS256"), "EdDSA", "EdDSA", "ES256", "RS256"];

/** A verifier's keys and list, and a token that is shown to it, which another key may have signed than the list. */
export function guard(random) {
  const { issuer, now } = random.pick(TOKENS);
  const algorithm = random.pick(SIGNING);
  const listing = random.mostly(algorithm, ...EVERY);
  const list = by(listing, (random.chance(0.5) ? random.pick(checks) : random.pick(LISTS)).list);
  const token = by(algorithm, random.pick(TOKENS).token);
  const wanted = random.pick([EVERY, [algorithm]]);
  // A verifier none of whose keys is of an algorithm that it wants is none.
  const [key, algorithms] = random.one(
    () => [PUBLIC[algorithm], wanted],
    () => [ALL, random.mostly(wanted, EVERY.filter((name) => name !== algorithm))],
  );
  return {
    key: JSON.stringify(key),
    algorithms,
    issuer,
    audience: "default",
    stale_max_secs: random.pick([300, 300, 60, 1]),
    list: random.one(() => list, () => signedAnew(random, random.pick(TAKEN), listing), () => mutate(random, list)),
    token: random.one(() => token, () => signedAnew(random, token, algorithm), () => mutate(random, token)),
    now: now + random.mostly(0, 1, 59, 60, 299, 300, 301, 3_600, -5, -6),
  };
}

/** As it stands in the vectors, where by their own algorithm: some are signed by another secret than they say. */
const by = (algorithm, token) => (algorithm === "HS256" ? token : signedBy(token, algorithm));
