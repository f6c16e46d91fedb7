import type { Code } from "./common.js";
import type { Issue } from "./forms.js";

/**
 * Why a method failed: a word of the server's list, or one of the client's own.
 *
 * - `not_signed_in`: there is no session here.
 * - `network_error`: no answer came, or it broke off.
 * - `timeout`: none came in time.
 * - `invalid_response`: what came is no answer of an authentication server, such as a proxy's page.
 * - `aborted`: the client was disposed of.
 */
export type AuthErrorCode = Code | "not_signed_in" | "network_error" | "timeout" | "invalid_response" | "aborted";

/**
 * Why a method failed. Only this package makes one.
 *
 * @example
 * ```js
 * import { AuthError, createAuthClient } from "countersign/client";
 *
 * const client = createAuthClient({ baseURL: "https://auth.example" });
 * const { error } = await client.getUser();
 * console.log(error instanceof AuthError, error?.code); // true not_signed_in
 * client.dispose();
 * ```
 */
export declare class AuthError extends Error {
  private constructor();
  readonly name: "AuthError";
  /** The stable word for it. */
  readonly code: AuthErrorCode;
  /** The status of the answer, 0 where there was none or it was of no use. */
  readonly status: number;
  /** Every refused field, where the input is at fault. */
  readonly issues?: Issue[];
  /** Seconds until another try can succeed. */
  readonly retryAfter?: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId?: string | undefined;
  /** Of `mfa_required`: stands for the log-in that waits. It is not enumerable, so that no log holds it. */
  readonly mfaToken?: string | undefined;
}

/** What every method resolves to. None rejects, whatever the network and the server do; only what no request can carry is a `TypeError`. */
export type Result<Data> = { data: Data; error: null } | { data: null; error: AuthError };

/** An account as the server shows it. */
export interface User {
  id: number;
  username: string | null;
  email: string;
  name: string | null;
  first_name: string | null;
  last_name: string | null;
  phone: string | null;
  role: "user" | "admin";
  status: "active" | "suspended" | "deleted";
  email_verified: boolean;
  mfa_enabled: boolean;
  /** Times are RFC 3339, in UTC. */
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

/** Who is signed in here, and by which tokens. */
export interface Session {
  access_token: string;
  refresh_token: string;
  token_type: "bearer";
  /** Seconds that the access token was good for when it came. */
  expires_in: number;
  /** When that ends, in seconds since 1970 by this device's clock. */
  expires_at: number;
  user: User;
}

/** One of the places where the user is signed in. */
export interface SessionItem {
  id: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  ip: string | null;
  user_agent: string | null;
  application_id: string;
  /** Whether it is this one. */
  current: boolean;
}

/** A key of the custom data. */
export interface DataItem {
  key: string;
  /** Bytes of the value. */
  size: number;
  updated_at: string;
}

/** A page of a list; `next_cursor` is asked for next, `null` at the end. */
export interface List<Item> {
  items: Item[];
  next_cursor: string | null;
}

export interface Page {
  /** 1 to 100, 50 when absent. */
  limit?: number | undefined;
  cursor?: string | undefined;
}

export interface SignUpForm {
  username?: string | undefined;
  email: string;
  password: string;
  name?: string | undefined;
  first_name?: string | undefined;
  last_name?: string | undefined;
  phone?: string | undefined;
  application_id?: string | undefined;
}

/** The password and one name; each of the three may hold a username or an address. */
export type Credentials = ({ username: string } | { email: string } | { identifier: string }) & {
  password: string;
  application_id?: string | undefined;
  mfa_code?: string | undefined;
  recovery_code?: string | undefined;
};

export interface UserChanges {
  username?: string | undefined;
  email?: string | undefined;
  /** `null` clears. */
  name?: string | null | undefined;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  phone?: string | null | undefined;
  password?: string | undefined;
  /** Wanted for a new address or password, unless the log-in is recent. */
  current_password?: string | undefined;
}

/** A code of the authenticator, or one of the recovery codes. */
export type ShownCode = { code: string } | { recovery_code: string };

/** What happened to the session, here or in another tab. */
export type AuthEvent = "INITIAL_SESSION" | "SIGNED_IN" | "SIGNED_OUT" | "TOKEN_REFRESHED" | "USER_UPDATED";
