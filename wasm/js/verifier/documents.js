// The two documents that the wasm is told of: the issuer's keys, and what it has revoked.

import { answer } from "../answer.js";
import { TokenError } from "../refusals.js";
import { source } from "./source.js";

/** Seconds for which keys are good that come without a `max-age`. */
const KEYS_SECS = 300;

/** Seconds between two looks at a document at least, whatever it says of itself. */
const LOOK_SECS_MIN = 5;

/** Bytes of a document at most: 256 keys with room to spare, and the fullest list of revocations there can be. */
const KEYS_LEN_MAX = 262_144;
const REVOCATIONS_LEN_MAX = 1_048_576;

/** A source for each document that has an address. */
export function documents(known, settings) {
  const { jwksUrl, revocationsUrl, maxStaleSec, now } = settings;
  // Looked at twice within the time that it is good for, so that one failure is not yet felt.
  const due = (secs) => now() + Math.min(Math.max(secs, LOOK_SECS_MIN), maxStaleSec / 2);

  const keys = jwksUrl && source(settings, {
    url: jwksUrl,
    accept: "application/jwk-set+json, application/json",
    lengthMax: KEYS_LEN_MAX,
    take(json, maxAgeSecs) {
      answer(known.setKeys(json, now()));
      return due(maxAgeSecs ?? KEYS_SECS);
    },
    confirm(maxAgeSecs) {
      known.confirmKeys(now());
      return due(maxAgeSecs ?? KEYS_SECS);
    },
  });

  let nextAt = 0;
  const revocations = revocationsUrl && source(settings, {
    url: revocationsUrl,
    accept: "application/jwt",
    lengthMax: REVOCATIONS_LEN_MAX,
    async take(signed) {
      const set = () => answer(known.setRevocations(signed, now()));
      try {
        [, nextAt] = set();
      } catch (error) {
        // After a rotation; and at the start, where the keys are still under way.
        const isRotated = error instanceof TokenError && (await keys?.refreshForUnknownKey());
        if (!isRotated) throw error;
        [, nextAt] = set();
      }
      return due(nextAt - now());
    },
    // The same list is as old as it was: its age counts from when it was made.
    confirm: () => due(nextAt - now()),
  });
  return { keys, revocations };
}
