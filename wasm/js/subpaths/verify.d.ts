import type { InitInput } from "../types/common.js";
import type { Permissions } from "../types/permissions.js";
import type { Tokens } from "../types/tokens.js";

export type { ArgumentError, Code, InitInput, Json } from "../types/common.js";
export * from "../types/permissions.js";
export * from "../types/tokens.js";
export * from "../types/verifier.js";

/**
 * Every operation, synchronous. A wrong argument is an `ArgumentError`, which is a `TypeError`; the
 * functions need no `this`.
 */
export interface Countersign extends Permissions, Tokens {}

/**
 * Loads the wasm and resolves to the synchronous operations. It is loaded once, and again only after it
 * failed; without `input`, from where it lies in this package. Every operation also stands beside `init`,
 * asynchronous, and initialises itself.
 *
 * @example
 * ```js
 * import { init } from "countersign/verify";
 *
 * const { isPermitted } = await init();
 * console.log(isPermitted([{ action: "*", resource: "*" }], "read", "Task")); // true
 * ```
 */
export declare function init(input?: InitInput | Promise<InitInput>): Promise<Countersign>;
