import type { Async, Json } from "./common.js";
import type { Jwk } from "./tokens.js";

/** A private JSON Web Key: a secret of HS256 (`oct`), an Ed25519 key (`OKP`), or a key of P-256 (`EC`). RSA keys are refused. */
export interface PrivateJwk extends Jwk {
  d?: string | undefined;
}

/** Signing. */
export interface Signing {
  /**
   * A token that says these claims, as they are: what a verifier asks for (`iss`, `sub`, `aud`, `iat`, `exp`) they have
   * to say themselves. Its header holds `alg`, `typ` (`at+jwt`) and the `kid` of the key, or else one that is made of the
   * key. A `Uint8Array` is a secret of HS256, of 32 bytes at least.
   */
  readonly signToken: (claims: { readonly [claim: string]: Json | undefined }, key: PrivateJwk | Uint8Array) => string;
}

/**
 * {@link Signing.signToken}, asynchronous.
 *
 * @example
 * ```js
 * import { signToken, verifyToken } from "countersign";
 *
 * const key = new TextEncoder().encode("a secret that has 32 bytes or more");
 * const claims = { iss: "https://auth.example", sub: "7", aud: "default", iat: 1_700_000_000, exp: 1_700_003_600 };
 * const token = await signToken(claims, key);
 * const verified = await verifyToken(token, key, { algorithms: ["HS256"], issuer: claims.iss, audience: claims.aud, now: claims.iat });
 * console.log(verified.claims.sub); // 7
 * ```
 */
export declare const signToken: Async<Signing["signToken"]>;
