import type { Code } from "./common.js";
import type { Grant } from "./permissions.js";
import type { Algorithm, Claims, Jwk, Jwks } from "./tokens.js";

type Platform<Name extends string> = typeof globalThis extends { [Key in Name]: { prototype: infer Instance } }
  ? Instance
  : object;

/** The claims of an access token of a Countersign server. */
export interface AccessClaims extends Claims {
  /** The token itself. */
  jti: string;
  /** The log-in it came of. */
  sid: string;
  /** When its holder last proved who they are, in seconds since 1970. */
  auth_time: number;
  /** How: `pwd`, `otp`, `mfa` (RFC 8176). */
  amr: string[];
  /** What its holder may do, for `isPermitted`. Absent where that is too much for a token: then the server has to be asked. */
  grants?: Grant[];
}

/** What of a request is read: its header `Authorization`. Every `Request` has it. */
export interface GuardedRequest {
  readonly headers: { get(name: string): string | null };
}

/** The answer to a request that is refused, ready to be sent: a `Response` of the platform. */
export type Refusal = Platform<"Response">;

/** What a worker is handed beside its request. Its end is put off until what is being fetched is there. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** The platform's `fetch`, or one that stands in for it. */
export type Fetch = (
  url: string,
  request: { headers: Record<string, string>; redirect: "manual"; signal: Platform<"AbortSignal"> },
) => Promise<Platform<"Response">>;

interface VerifierOptions {
  /** What `iss` must be. */
  issuer: string;
  /** What `aud` must be: the application. */
  audience: string;
  /** The algorithms that are accepted: EdDSA, ES256 and RS256 when absent. HS256 takes its secret as `jwks`. */
  algorithms?: readonly Algorithm[] | undefined;
  /** Used in place of the platform's. */
  fetch?: Fetch | undefined;
  /** The present in seconds since 1970, for tests; the clock's when absent. */
  now?: (() => number) | undefined;
  /** Told why a document was not fetched or not taken, for a log. */
  onFailure?: ((failure: unknown) => void) | undefined;
}

interface FetchedKeys {
  /** Where the issuer publishes its keys. https, but for this machine itself. */
  jwksUrl: string;
  jwks?: undefined;
}

interface SettledKeys {
  /** The issuer's keys, once and for all. */
  jwks: Jwk | Jwks;
  jwksUrl?: undefined;
}

interface Revoked {
  /** Where the issuer publishes what it has revoked. https, but for this machine itself. */
  revocationsUrl: string;
  /** Seconds without news of the issuer, from 1 to 86,400, after which no token is taken any more. */
  maxStaleSec: number;
}

interface Unrevoked {
  /** Without it, a token is good until it expires. */
  revocationsUrl?: undefined;
  maxStaleSec?: number | undefined;
}

/** What a verifier is held to. */
export type CreateVerifierOptions = VerifierOptions &
  ((FetchedKeys & (Revoked | (Unrevoked & { maxStaleSec: number }))) | (SettledKeys & (Revoked | Unrevoked)));

/** What `createVerifier` makes. It needs no `this`. */
export interface VerifierOfRequests {
  /**
   * The claims of a token; rejects with `TokenError` where it is refused, and with `UnavailableError` where keys or
   * revocations have not been heard of for too long to tell.
   */
  (token: string, context?: WorkerContext): Promise<AccessClaims>;
  /**
   * The claims of the token in a request's one header `Authorization` (RFC 6750), or else the answer to the request: 401
   * with `WWW-Authenticate`, or 503 with `Retry-After`, as `application/problem+json`. It never rejects for what a
   * request says.
   */
  (request: GuardedRequest, context?: WorkerContext): Promise<AccessClaims | Refusal>;
}

/**
 * A verifier that cannot tell whether a token is good. Only this package makes one.
 *
 * @example
 * ```js
 * import { UnavailableError, createVerifier } from "countersign";
 *
 * const guard = createVerifier({
 *   jwksUrl: "http://localhost:9/jwks.json", // where nobody answers
 *   issuer: "https://auth.example",
 *   audience: "default",
 *   maxStaleSec: 300,
 * });
 * try {
 *   await guard("a token");
 * } catch (error) {
 *   if (error instanceof UnavailableError) console.log(error.code); // keys_stale
 * }
 * ```
 */
export declare class UnavailableError extends Error {
  private constructor();
  readonly name: "UnavailableError";
  /** `keys_stale` or `revocations_stale`. */
  readonly code: Code;
  /** In how many seconds it is worth asking again. */
  readonly retryAfter: number;
}

/**
 * What guards a worker: it fetches the issuer's keys and revocations when they are due, and verifies without calling
 * home in between.
 *
 * ```js
 * const verify = createVerifier({ jwksUrl, revocationsUrl, issuer, audience, maxStaleSec: 300 });
 * const claims = await verify(request, context);
 * if (claims instanceof Response) return claims;
 * ```
 *
 * A wrong option throws an `ArgumentError` at once; an unknown algorithm or a faulty `jwks`, when a token is first
 * verified. Both documents are fetched at the first token, then again when they say that they change, while
 * tokens go on being verified by what is known; one fetch serves all who wait. Nothing is redirected, everything has a
 * limit of time and size, and what cannot be verified replaces nothing. A key that is not known makes it look for new ones
 * at most every 10 seconds.
 *
 * @example
 * ```js
 * import { createVerifier } from "countersign";
 *
 * const key = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
 * const guard = createVerifier({ jwks: { keys: [key] }, issuer: "https://auth.example", audience: "default" });
 * const claims = await guard(new Request("https://worker.example/"));
 * if (claims instanceof Response) console.log(claims.status); // 401
 * ```
 */
export declare function createVerifier(options: CreateVerifierOptions): VerifierOfRequests;
