import type { InitInput } from "../types/common.js";
import type { Strengths } from "../types/strength.js";

export type { ArgumentError, Code, InitInput } from "../types/common.js";
export * from "../types/strength.js";

/**
 * Every operation, synchronous. A wrong argument is an `ArgumentError`, which is a `TypeError`; the
 * functions need no `this`.
 */
export interface Countersign extends Strengths {}

/**
 * Loads the wasm and resolves to the synchronous operations. It is loaded once, and again only after it
 * failed; without `input`, from where it lies in this package. Every operation also stands beside `init`,
 * asynchronous, and initialises itself.
 *
 * @example
 * ```js
 * import { init } from "countersign/strength";
 *
 * const { passwordStrength } = await init();
 * console.log(passwordStrength("correct horse battery staple").score); // 4
 * ```
 */
export declare function init(input?: InitInput | Promise<InitInput>): Promise<Countersign>;
