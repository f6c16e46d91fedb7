import type { Async } from "./common.js";

export interface HashOptions {
  /** Memory in KiB: 8 for each lane to 262,144; 19,456 when absent. */
  memoryKib?: number | undefined;
  /** Passes over the memory: 1 to 16; 2 when absent. */
  iterations?: number | undefined;
  /** Lanes: 1 to 16; 1 when absent. */
  parallelism?: number | undefined;
  /** 16 bytes; random when absent, as it should be outside of tests. */
  salt?: Uint8Array | undefined;
}

/** What a PHC string says of itself. */
export interface HashInfo {
  algorithm: "argon2id";
  /** Memory in KiB. */
  m: number;
  /** Passes over the memory. */
  t: number;
  /** Lanes. */
  p: number;
  /** Whether it costs less than `hashPassword` spends when nothing is said. */
  needsRehash: boolean;
}

/** Password hashes. */
export interface Passwords {
  /** The PHC string of the password under Argon2id. Any password is hashed; `validatePassword` judges. */
  readonly hashPassword: (password: string | Uint8Array, options?: HashOptions) => string;
  /**
   * Whether the hash is this password's. A string that is no hash, or would cost more than 262,144 KiB, 16
   * passes or 16 lanes, is an `ArgumentError` (`hash_malformed`, `hash_unsupported`, `hash_too_costly`).
   */
  readonly verifyPassword: (hash: string, password: string | Uint8Array) => boolean;
  /** What the hash says of itself. */
  readonly inspectHash: (hash: string) => HashInfo;
}

/**
 * {@link Passwords.hashPassword}, asynchronous.
 *
 * @example
 * ```js
 * import { hashPassword } from "countersign";
 *
 * const hash = await hashPassword("analytical engine");
 * console.log(hash.slice(0, 31)); // $argon2id$v=19$m=19456,t=2,p=1$
 * ```
 */
export declare const hashPassword: Async<Passwords["hashPassword"]>;

/**
 * {@link Passwords.verifyPassword}, asynchronous.
 *
 * @example
 * ```js
 * import { hashPassword, verifyPassword } from "countersign";
 *
 * const hash = await hashPassword("analytical engine");
 * console.log(await verifyPassword(hash, "analytical engine")); // true
 * ```
 */
export declare const verifyPassword: Async<Passwords["verifyPassword"]>;

/**
 * {@link Passwords.inspectHash}, asynchronous.
 *
 * @example
 * ```js
 * import { inspectHash } from "countersign";
 *
 * const hash = "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$bBRjeRRwbFeKrWqrpz5dWXAvwCyTzAgVFXRFMt6GPSo";
 * console.log((await inspectHash(hash)).needsRehash); // true
 * ```
 */
export declare const inspectHash: Async<Passwords["inspectHash"]>;
