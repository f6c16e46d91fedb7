import type { InitInput } from "../types/common.js";
import type { Forms } from "../types/forms.js";

export type { ArgumentError, Code, InitInput } from "../types/common.js";
export * from "../types/forms.js";

/**
 * Every operation, synchronous. A wrong argument is an `ArgumentError`, which is a `TypeError`; the
 * functions need no `this`.
 */
export interface Countersign extends Forms {}

/**
 * Loads the wasm and resolves to the synchronous operations. It is loaded once, and again only after it
 * failed; without `input`, from where it lies in this package. Every operation also stands beside `init`,
 * asynchronous, and initialises itself.
 *
 * @example
 * ```js
 * import { init } from "countersign/validate";
 *
 * const { validateEmail } = await init();
 * const verdict = validateEmail("Ada@Example.com");
 * if (verdict.ok) console.log(verdict.value); // ada@example.com
 * ```
 */
export declare function init(input?: InitInput | Promise<InitInput>): Promise<Countersign>;
