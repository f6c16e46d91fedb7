import type { Async } from "./common.js";

export interface TotpUriOptions {
  /** Who asks for codes, as the authenticator shows it. */
  issuer: string;
  /** Whom they are for: a username or an e-mail address. */
  account: string;
}

export interface TotpVerifyOptions {
  /** Seconds since 1970; the clock's when absent. */
  now?: number | undefined;
  /** The step of the last code that was taken; neither it nor an earlier one is taken again. */
  lastStep?: number | undefined;
}

/** A code that was taken, and its step, to be kept as `lastStep`; or one that was not. */
export type TotpVerdict = { ok: true; step: number } | { ok: false };

/** Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, the step before and after too. */
export interface Totp {
  /** A secret of 160 random bits, as 32 characters of base32. */
  readonly generateSecret: () => string;
  /** The `otpauth:` URI that an authenticator reads from a QR code. It holds the secret. */
  readonly uri: (secret: string, options: TotpUriOptions) => string;
  /** Whether the code is one of now. */
  readonly verify: (secret: string, code: string, options?: TotpVerifyOptions) => TotpVerdict;
}

/**
 * {@link Totp}, asynchronous.
 *
 * @example
 * ```js
 * import { totp } from "countersign";
 *
 * const secret = await totp.generateSecret();
 * const uri = await totp.uri(secret, { issuer: "Example", account: "ada" });
 * console.log(uri.slice(0, 27)); // otpauth://totp/Example:ada?
 * const known = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
 * const verdict = await totp.verify(known, "287082", { now: 59 });
 * if (verdict.ok) console.log(verdict.step); // 1
 * console.log((await totp.verify(known, "287082", { now: 59, lastStep: 1 })).ok); // false
 * ```
 */
export declare const totp: { readonly [Name in keyof Totp]: Async<Totp[Name]> };
