import type { Async, InitInput } from "../types/common.js";
import type { Forms } from "../types/forms.js";
import type { Passwords } from "../types/passwords.js";
import type { Permissions } from "../types/permissions.js";
import type { Profiles } from "../types/profile.js";
import type { Signing } from "../types/sign.js";
import type { Tokens } from "../types/tokens.js";
import type { totp } from "../types/totp.js";

export type { ArgumentError, Code, InitInput, Json } from "../types/common.js";
export * from "../types/forms.js";
export * from "../types/passwords.js";
export * from "../types/permissions.js";
export * from "../types/profile.js";
export * from "../types/sign.js";
export * from "../types/tokens.js";
export * from "../types/totp.js";

interface Synchronous extends Forms, Passwords, Permissions, Profiles, Signing, Tokens {}

/**
 * Every operation, asynchronous, in a worker of its own: a module worker in pages, a thread in Node, Deno and Bun. Where
 * there are no workers (Cloudflare, Vercel) it answers where it is called. An argument is handed over as a copy; one that
 * cannot be copied, such as a function, is an `ArgumentError`.
 */
export type Countersign = { readonly [Name in keyof Synchronous]: Async<Synchronous[Name]> } & {
  readonly totp: typeof totp;
};

/**
 * Starts the worker and loads the wasm there. Every operation also stands beside `init` and does so itself.
 *
 * @example
 * ```js
 * import { init } from "countersign/worker";
 *
 * const { hashPassword, verifyPassword } = await init();
 * const hash = await hashPassword("analytical engine");
 * console.log(await verifyPassword(hash, "analytical engine")); // true
 * ```
 */
export declare function init(input?: WorkerInput | Promise<WorkerInput>): Promise<Countersign>;

/** Where the wasm comes from, or the wasm itself: what can be handed to a worker. */
export type WorkerInput = Exclude<InitInput, GlobalRequest | GlobalResponse>;

type GlobalRequest = typeof globalThis extends { Request: { prototype: infer Instance } } ? Instance : never;
type GlobalResponse = typeof globalThis extends { Response: { prototype: infer Instance } } ? Instance : never;
