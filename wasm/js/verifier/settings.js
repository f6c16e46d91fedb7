// What `createVerifier` is handed, read once and whole.

import { filledText, integer, keyText, list, options, text, wrongType } from "../arguments.js";
import { ArgumentError } from "../refusals.js";

const NAMES = [
  "jwksUrl", "jwks", "issuer", "audience", "revocationsUrl", "maxStaleSec", "algorithms", "fetch", "now", "onFailure",
];

/** Every algorithm whose keys may be published. HS256 has to be asked for, and its secret handed over. */
const PUBLISHED = ["EdDSA", "ES256", "RS256"];

/** A day. Whoever takes an older word for the present revokes nothing. */
const STALE_MAX_SECS = 86_400;

export function read(given) {
  const [jwksUrl, jwks, issuer, audience, revocationsUrl, maxStaleSec, algorithms, ...host] = options(given, NAMES);
  const [fetch, now, onFailure] = host;
  if ((jwksUrl === undefined) === (jwks === undefined)) {
    throw new ArgumentError(jwks === undefined ? "required" : "conflicting", "One of jwksUrl and jwks is needed.");
  }
  const settings = {
    jwksUrl: url(jwksUrl, "jwksUrl"),
    jwks: jwks === undefined ? undefined : keyText(jwks, "jwks"),
    issuer: filledText(issuer, "issuer"),
    audience: filledText(audience, "audience"),
    revocationsUrl: url(revocationsUrl, "revocationsUrl"),
    algorithms: algorithms === undefined ? PUBLISHED : names(algorithms),
    // Called without a `this`, which the one of the platform would not bear.
    fetch: callable(fetch, "fetch") ?? ((...request) => globalThis.fetch(...request)),
    now: clock(callable(now, "now") ?? (() => Date.now() / 1000)),
    onFailure: callable(onFailure, "onFailure") ?? (() => {}),
  };
  const fetches = settings.jwksUrl !== undefined || settings.revocationsUrl !== undefined;
  if (fetches && maxStaleSec === undefined) throw new ArgumentError("required", "maxStaleSec must be given.");
  if (settings.jwksUrl !== undefined && settings.algorithms.includes("HS256")) {
    throw new ArgumentError("conflicting", "A secret of HS256 is never published: hand it over as jwks.");
  }
  const published = settings.jwksUrl ?? settings.revocationsUrl;
  return {
    ...settings,
    maxStaleSec: integer(maxStaleSec, "maxStaleSec", 1, STALE_MAX_SECS, STALE_MAX_SECS),
    /** Where the issuer explains its codes; beside the worker itself where the issuer's place is not known. */
    help: published === undefined ? "/docs/errors" : new URL("/docs/errors", published).href,
  };
}

const names = (algorithms) => list(algorithms, "algorithms").map((name) => filledText(name, "algorithms"));

/** The address of a document that decides who gets in, so that nobody on the way may write it. */
function url(value, name) {
  if (value === undefined) return undefined;
  const parsed = parse(text(value instanceof URL ? value.href : value, name));
  if (parsed === undefined || !isSafe(parsed)) {
    throw wrongType(name, "an https URL (or http on this machine) without a user name");
  }
  return parsed.href;
}

function parse(address) {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function isSafe({ protocol, hostname, username, password }) {
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return (protocol === "https:" || (protocol === "http:" && isLoopback)) && username === "" && password === "";
}

function callable(value, name) {
  if (value !== undefined && typeof value !== "function") throw wrongType(name, "a function");
  return value;
}

/** A clock that says nothing sensible is a fault of the worker, not of the tokens. */
function clock(now) {
  return () => {
    const secs = now();
    if (!Number.isFinite(secs)) throw wrongType("what now answers", "a number of seconds since 1970");
    return secs;
  };
}
