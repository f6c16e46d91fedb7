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

export declare const signToken: Async<Signing["signToken"]>;
