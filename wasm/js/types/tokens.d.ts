import type { Async, Code, Json } from "./common.js";

export type Algorithm = "HS256" | "EdDSA" | "ES256" | "RS256";

/**
 * A JSON Web Key (RFC 7517): a public key of Ed25519, P-256 or RSA (2048 to 8192 bits), or a secret of HS256. Keys of
 * other kinds verify nothing here.
 */
export interface Jwk {
  kty?: string | undefined;
  crv?: string | undefined;
  x?: string | undefined;
  y?: string | undefined;
  n?: string | undefined;
  e?: string | undefined;
  k?: string | undefined;
  kid?: string | undefined;
  use?: string | undefined;
  key_ops?: string[] | undefined;
  alg?: string | undefined;
}

/** A set of them (RFC 7517 section 5). */
export interface Jwks {
  keys: Jwk[];
}

/** A key, a set of keys, or the bytes of a secret of HS256, of which there must be 32. */
export type Key = Jwk | Jwks | Uint8Array;

export interface JwsOptions {
  /** The algorithms that are accepted. */
  algorithms: readonly Algorithm[];
}

export interface VerifyOptions extends JwsOptions {
  /** What `iss` must be. */
  issuer: string;
  /** What `aud` must be: the application. */
  audience: string;
  /** Seconds since 1970; the clock's when absent. */
  now?: number | undefined;
}

/** The header of a token. */
export interface Header {
  alg: Algorithm;
  typ?: string;
  kid?: string;
  [parameter: string]: Json | undefined;
}

/** The claims of a verified token. */
export interface Claims {
  iss: string;
  sub: string;
  aud: string;
  exp: number;
  iat: number;
  [claim: string]: Json | undefined;
}

export interface VerifiedToken {
  claims: Claims;
  header: Header;
}

export interface VerifiedJws {
  header: Header;
  payload: Uint8Array;
}

/** What a token says of itself. Nothing of it is verified. */
export interface DecodedToken {
  claims: { [claim: string]: Json };
  header: { [parameter: string]: Json };
}

export type SafeVerified = { ok: true; value: VerifiedToken } | { ok: false; error: TokenError };

/**
 * A token that was refused. Only this package makes one.
 *
 * @example
 * ```js
 * import { TokenError, verifyToken } from "countersign";
 *
 * const key = new TextEncoder().encode("a secret that has 32 bytes or more");
 * try {
 *   await verifyToken("no token", key, { algorithms: ["HS256"], issuer: "https://auth.example", audience: "default" });
 * } catch (error) {
 *   if (error instanceof TokenError) console.log(error.code); // token_malformed
 * }
 * ```
 */
export declare class TokenError extends Error {
  private constructor();
  readonly name: "TokenError";
  /** The stable word for it. */
  readonly code: Code;
  /** The claim at fault, `undefined` where the fault lies elsewhere. */
  readonly claim: string | undefined;
  /** The value of `WWW-Authenticate` for a 401 answer (RFC 6750 section 3). */
  readonly wwwAuthenticate: string;
}

/** Tokens. */
export interface Tokens {
  /** The claims of a token that is good in every respect; throws `TokenError` for any other. */
  readonly verifyToken: (token: string, key: Key, options: VerifyOptions) => VerifiedToken;
  /** The same without throwing for a refused token. */
  readonly safeVerifyToken: (token: string, key: Key, options: VerifyOptions) => SafeVerified;
  /** The bare signature check (RFC 7515), for any payload; throws `TokenError`. */
  readonly verifyJws: (token: string, keys: Key, options: JwsOptions) => VerifiedJws;
  /** What a token says of itself, **unverified**: to show, never to decide. */
  readonly decodeToken: (token: string) => DecodedToken;
}

/**
 * {@link Tokens.verifyToken}, asynchronous.
 *
 * @example
 * ```js
 * import { verifyToken } from "countersign";
 *
 * const key = new TextEncoder().encode("a secret that has 32 bytes or more");
 * const token =
 *   "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZSIsInN1YiI6IjciLCJhdWQiOiJkZWZhdWx0IiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.fU6Pr9OFboxerFZWAKorHWkfUpxONdkkjTJKC8KHwXI";
 * const { claims } = await verifyToken(token, key, { algorithms: ["HS256"], issuer: "https://auth.example", audience: "default", now: 1_700_000_000 });
 * console.log(claims.sub); // 7
 * ```
 */
export declare const verifyToken: Async<Tokens["verifyToken"]>;

/**
 * {@link Tokens.safeVerifyToken}, asynchronous.
 *
 * @example
 * ```js
 * import { safeVerifyToken } from "countersign";
 *
 * const key = new TextEncoder().encode("a secret that has 32 bytes or more");
 * const token =
 *   "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZSIsInN1YiI6IjciLCJhdWQiOiJkZWZhdWx0IiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.fU6Pr9OFboxerFZWAKorHWkfUpxONdkkjTJKC8KHwXI";
 * const verdict = await safeVerifyToken(token, key, { algorithms: ["HS256"], issuer: "https://auth.example", audience: "default" });
 * if (!verdict.ok) console.log(verdict.error.code); // token_expired
 * ```
 */
export declare const safeVerifyToken: Async<Tokens["safeVerifyToken"]>;

/**
 * {@link Tokens.verifyJws}, asynchronous.
 *
 * @example
 * ```js
 * import { verifyJws } from "countersign";
 *
 * const key = new TextEncoder().encode("a secret that has 32 bytes or more");
 * const token =
 *   "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZSIsInN1YiI6IjciLCJhdWQiOiJkZWZhdWx0IiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.fU6Pr9OFboxerFZWAKorHWkfUpxONdkkjTJKC8KHwXI";
 * const { payload } = await verifyJws(token, key, { algorithms: ["HS256"] });
 * console.log(new TextDecoder().decode(payload).slice(0, 29)); // {"iss":"https://auth.example"
 * ```
 */
export declare const verifyJws: Async<Tokens["verifyJws"]>;

/**
 * {@link Tokens.decodeToken}, asynchronous.
 *
 * @example
 * ```js
 * import { decodeToken } from "countersign";
 *
 * const token =
 *   "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZSIsInN1YiI6IjciLCJhdWQiOiJkZWZhdWx0IiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.fU6Pr9OFboxerFZWAKorHWkfUpxONdkkjTJKC8KHwXI";
 * console.log((await decodeToken(token)).claims.sub); // 7
 * ```
 */
export declare const decodeToken: Async<Tokens["decodeToken"]>;
