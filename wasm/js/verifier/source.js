// One document that is fetched when it is due, by one request at a time, and less and less often while that fails.

import { download, until } from "./download.js";

/** Seconds after which whoever waits for a fetch gives up on it: a runtime may end the request that began it. */
const FLIGHT_SECS = 12;

/** Seconds between two looks for a key that is not known, so that made-up names do not make us fetch. */
const UNKNOWN_KEY_SECS = 10;

/** Seconds until the next try after one failure; doubled with each further one, up to a minute. */
const PAUSE_SECS = 1;
const PAUSE_SECS_MAX = 60;

/**
 * `take` is handed the text, and `confirm` is called where it is the same as before; both answer when the document is
 * due again. What `take` throws is a failure like any other: the document that was known stays the one that is known.
 */
export function source({ fetch, now, onFailure }, { url, accept, lengthMax, take, confirm }) {
  let etag;
  let flight;
  let failures = 0;
  let askedAt = -Infinity;
  let dueAt = -Infinity;

  /** Seconds since the last look; where the clock was turned back, nobody knows, and it is long enough. */
  const secsSinceAsked = () => (now() < askedAt ? Infinity : now() - askedAt);

  async function attempt() {
    try {
      const document = await download(fetch, url, { accept, etag, lengthMax });
      dueAt = await (document.text === undefined ? confirm(document.maxAgeSecs) : take(document.text, document.maxAgeSecs));
      etag = document.etag;
      failures = 0;
      return true;
    } catch (failure) {
      // A look for a key that is not known may have come before its time, and its failure makes no other due.
      dueAt = Math.max(dueAt, now() + pauseSecs(failures));
      failures += 1;
      onFailure(failure);
      return false;
    }
  }

  /** Fetches, or joins who does; resolves to whether it went well, and never rejects, whatever `onFailure` does. */
  function refresh() {
    if (flight === undefined || secsSinceAsked() > FLIGHT_SECS) {
      if (now() < askedAt) dueAt = -Infinity;
      askedAt = now();
      const begun = attempt().finally(() => {
        if (flight === begun) flight = undefined;
      });
      flight = begun;
    }
    return until(flight, FLIGHT_SECS).catch(() => false);
  }

  return {
    /** Resolves once what is due is there, or has failed. */
    async refreshWhenDue() {
      if (now() >= dueAt || secsSinceAsked() === Infinity) await refresh();
    },

    /** Whether a key that is not known may be known now. */
    async refreshForUnknownKey() {
      return flight !== undefined || secsSinceAsked() >= UNKNOWN_KEY_SECS ? refresh() : false;
    },

    /** When it is worth asking again. */
    secsUntilNext: () => Math.max(1, Math.ceil(dueAt - now())),
  };
}

/** Half of it is chance, so that many workers do not come back all at once. */
function pauseSecs(failures) {
  const longest = Math.min(PAUSE_SECS * 2 ** failures, PAUSE_SECS_MAX);
  return longest * (0.5 + Math.random() / 2);
}
