import type { Async } from "./common.js";

/** Leave to do something to something; `*` stands for everything. */
export type Grant = { action: string; resource: string };

/** Permissions. */
export interface Permissions {
  /**
   * Whether any of the grants lets the action be done to the resource, by the very function that the server asks. Both are
   * taken literally. A token without `grants` says nothing of what its holder may do: ask the server
   * (`GET /users/me/permissions`); `undefined` is refused with a `TypeError`, so that it is never taken for an answer.
   */
  readonly isPermitted: (grants: readonly Grant[], action: string, resource: string) => boolean;
}

/**
 * {@link Permissions.isPermitted}, asynchronous.
 *
 * @example
 * ```js
 * import { isPermitted } from "countersign";
 *
 * const grants = [{ action: "read", resource: "*" }];
 * console.log(await isPermitted(grants, "read", "Task")); // true
 * console.log(await isPermitted(grants, "delete", "Task")); // false
 * ```
 */
export declare const isPermitted: Async<Permissions["isPermitted"]>;
