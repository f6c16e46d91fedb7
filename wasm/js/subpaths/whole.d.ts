import type { InitInput } from "../types/common.js";
import type { Forms } from "../types/forms.js";
import type { Passwords } from "../types/passwords.js";
import type { Permissions } from "../types/permissions.js";
import type { Profiles } from "../types/profile.js";
import type { Signing } from "../types/sign.js";
import type { Tokens } from "../types/tokens.js";
import type { Totp } from "../types/totp.js";

export type { ArgumentError, Code, InitInput, Json } from "../types/common.js";
export * from "../types/forms.js";
export * from "../types/passwords.js";
export * from "../types/permissions.js";
export * from "../types/profile.js";
export * from "../types/sign.js";
export * from "../types/tokens.js";
export * from "../types/totp.js";
export * from "../types/verifier.js";

/**
 * Every operation, synchronous. A wrong argument is an `ArgumentError`, which is a `TypeError`; the
 * functions need no `this`.
 */
export interface Countersign extends Forms, Passwords, Permissions, Profiles, Signing, Tokens {
  /** Time-based one-time passwords. */
  readonly totp: Totp;
}

/**
 * Loads the wasm and resolves to the synchronous operations. It is loaded once, and again only after it
 * failed; without `input`, from where it lies in this package. Every operation also stands beside `init`,
 * asynchronous, and initialises itself.
 *
 * @example
 * ```js
 * import { init } from "countersign";
 *
 * const { validateEmail } = await init();
 * const verdict = validateEmail("Ada@Example.com");
 * if (verdict.ok) console.log(verdict.value); // ada@example.com
 * ```
 */
export declare function init(input?: InitInput | Promise<InitInput>): Promise<Countersign>;
