// `createVerifier`: what guards a worker. It fetches what it needs to know of the issuer before it is asked too often,
// and tells the wasm, which decides.

import { answer } from "../answer.js";
import { text, wrongType } from "../arguments.js";
import { TokenError, UnavailableError } from "../refusals.js";
import { documents } from "./documents.js";
import { refusal } from "./refusal.js";
import { read } from "./settings.js";

/** A header longer than this is no token of ours, however it goes on. */
const HEADER_MAX = 131_072;

/** What makes verifiers over a wasm that `core` resolves to. */
export const verifiers = (core) =>
  function createVerifier(options) {
    const settings = read(options);
    let made;
    const verifier = () =>
      (made ??= core()
        .then((glue) => build(glue, settings))
        .catch((failure) => {
          made = undefined;
          throw failure;
        }));

    return async function verify(subject, context) {
      const shown = showing(subject);
      const { known, keys, revocations } = await verifier();
      const check = () => answer(shown(known, settings.now()));
      const isRequest = typeof subject !== "string";
      try {
        return await checked(check, keys, revocations, context);
      } catch (error) {
        if (!isRequest || !(error instanceof TokenError || error instanceof UnavailableError)) throw error;
        return refusal(error, settings.help);
      }
    };
  };

/** How the wasm is shown a token, or the one header of a request that may carry one. */
function showing(subject) {
  if (typeof subject === "string") {
    const token = text(subject, "the subject");
    return (known, now) => known.verify(token, now);
  }
  if (typeof subject?.headers?.get !== "function") throw wrongType("the subject", "a Request or a token");
  const authorization = subject.headers.get("authorization") ?? undefined;
  return (known, now) => known.verifyBearer(authorization?.slice(0, HEADER_MAX), now);
}

/** The wasm's verifier with all that is settled, and the documents that it has yet to be told of. */
function build(glue, settings) {
  const { algorithms, issuer, audience, maxStaleSec, revocationsUrl, jwks } = settings;
  answer(glue.checkAlgorithms(algorithms));
  const known = new glue.Verifier(algorithms, issuer, audience, maxStaleSec, revocationsUrl !== undefined);
  if (jwks !== undefined) answer(known.settleKeys(jwks));
  return { known, ...documents(known, settings) };
}

/**
 * The claims, from what is known where that is recent enough, while what is due is fetched beside. What is not known is
 * waited for.
 */
async function checked(check, keys, revocations, context) {
  const fetched = Promise.all([keys?.refreshWhenDue(), revocations?.refreshWhenDue()]);
  // Fetching never rejects; a clock that throws does, and is told of by `check` as well.
  fetched.catch(() => {});
  try {
    const claims = check();
    inBackground(context, fetched);
    return claims;
  } catch (error) {
    if (error instanceof UnavailableError) {
      await fetched;
      return again(check, keys, revocations);
    }
    inBackground(context, fetched);
    if (error instanceof TokenError && error.code === "token_key_unknown" && (await keys?.refreshForUnknownKey())) {
      return again(check, keys, revocations);
    }
    throw error;
  }
}

/** The last word, with how long to wait where there is none. */
function again(check, keys, revocations) {
  try {
    return check();
  } catch (error) {
    if (error instanceof UnavailableError) {
      const missing = error.code === "keys_stale" ? keys : revocations;
      error.retryAfter = missing?.secsUntilNext() ?? 1;
    }
    throw error;
  }
}

/** Where the runtime ends a worker that has answered, it is told of what is still under way. */
function inBackground(context, fetched) {
  if (typeof context?.waitUntil === "function") context.waitUntil(fetched);
}
