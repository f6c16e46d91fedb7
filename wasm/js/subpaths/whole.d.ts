import type { InitInput } from "../types/common.js";
import type { Forms } from "../types/forms.js";
import type { Passwords } from "../types/passwords.js";
import type { Signing } from "../types/sign.js";
import type { Tokens } from "../types/tokens.js";

export type { ArgumentError, Code, InitInput, Json } from "../types/common.js";
export * from "../types/forms.js";
export * from "../types/passwords.js";
export * from "../types/sign.js";
export * from "../types/tokens.js";

/**
 * Every operation, synchronous. A wrong argument is an `ArgumentError`, which is a `TypeError`; the
 * functions need no `this`.
 */
export interface Countersign extends Forms, Passwords, Signing, Tokens {}

/**
 * Loads the wasm and resolves to the synchronous operations. It is loaded once, and again only after it
 * failed; without `input`, from where it lies in this package. Every operation also stands beside `init`,
 * asynchronous, and initialises itself.
 */
export declare function init(input?: InitInput | Promise<InitInput>): Promise<Countersign>;
