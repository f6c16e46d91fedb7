import type {
  AuthEvent,
  Credentials,
  DataItem,
  List,
  Page,
  Result,
  Session,
  SessionItem,
  ShownCode,
  SignUpForm,
  User,
  UserChanges,
} from "./account.js";
import type { Json } from "./common.js";
import type { Claims, Header } from "./tokens.js";

type MaybePromise<Value> = Value | Promise<Value>;

/** Where the session is kept. */
export interface AuthStorage {
  getItem(key: string): MaybePromise<string | null | undefined>;
  setItem(key: string, text: string): MaybePromise<unknown>;
  removeItem(key: string): MaybePromise<unknown>;
}

// The types of the platform, where the user's project has them.
type Platform<Name extends string, Otherwise = never> = typeof globalThis extends { [Key in Name]: infer Type } ? Type : Otherwise;
type Instance<Name extends string> = typeof globalThis extends { [Key in Name]: { prototype: infer Type } } ? Type : never;
type Fetch = Platform<"fetch", (input: string, init?: object) => Promise<object>>;

export interface AuthClientOptions {
  /** The address of the server, with or without `/api`. It must be https; http is taken for localhost alone. */
  baseURL: string | Instance<"URL">;
  /** localStorage of the page when absent; where there is none, as outside of pages, the session is gone with the client. */
  storage?: AuthStorage | undefined;
  /** Whether tokens are replaced before they expire; `true` when absent. Else they are when one is needed. */
  autoRefresh?: boolean | undefined;
  /** The platform's when absent. */
  fetch?: Fetch | undefined;
}

/** The second factor. */
export interface Mfa {
  /**
   * Proposes a secret. Nothing is on until it is shown to work with `verify`.
   *
   * @example
   * ```js
   * const { data } = await client.mfa.enable({ current_password: password });
   * document.querySelector("#qr-code").src = data.qr_code;
   * ```
   */
  enable(proof?: { current_password?: string | undefined }): Promise<Result<{ secret: string; qr_code: string; otpauth_url: string }>>;
  /**
   * Shows a code: to finish the log-in that answered `mfa_required`, in this client or by its `mfa_token`; to turn the
   * proposed factor on, which answers recovery codes; or else to prove that it is still oneself.
   *
   * @example
   * ```js
   * const { data, error } = await client.signInWithPassword({ email, password });
   * if (error?.code === "mfa_required") await client.mfa.verify({ code: prompt("The code of your authenticator") });
   * ```
   */
  verify(
    shown: ShownCode & { mfa_token?: string | undefined },
  ): Promise<Result<{ user: User; session: Session; recovery_codes?: string[] | undefined }>>;
  /**
   * Turns it off.
   *
   * @example
   * ```js
   * const { error } = await client.mfa.disable({ code: "123456" });
   * ```
   */
  disable(shown: ShownCode): Promise<Result<null>>;
  /**
   * Makes ten new recovery codes; the old ones are void.
   *
   * @example
   * ```js
   * const { data, error } = await client.mfa.recoveryCodes({ code: "123456" });
   * if (!error) console.log(data.recovery_codes);
   * ```
   */
  recoveryCodes(shown: ShownCode & { current_password?: string | undefined }): Promise<Result<{ recovery_codes: string[] }>>;
}

/** Any JSON of the user's own, kept for this application. */
export interface CustomData {
  /**
   * Keeps a value under a key of 1 to 128 letters, digits, `.`, `_` and `-`.
   *
   * @example
   * ```js
   * await client.data.set("preferences", { theme: "dark" });
   * ```
   */
  set(key: string, value: Json): Promise<Result<null>>;
  /**
   * The value; `data_not_found` where there is none.
   *
   * @example
   * ```js
   * const { data, error } = await client.data.get("preferences");
   * console.log(error ? error.code : data);
   * ```
   */
  get(key: string): Promise<Result<Json>>;
  /**
   * The keys.
   *
   * @example
   * ```js
   * const { data } = await client.data.list({ limit: 10 });
   * for (const { key, size } of data.items) console.log(key, size);
   * ```
   */
  list(page?: Page): Promise<Result<List<DataItem>>>;
  /**
   * Forgets the value.
   *
   * @example
   * ```js
   * await client.data.remove("preferences");
   * ```
   */
  remove(key: string): Promise<Result<null>>;
}

/** A client of one server. Its functions need no `this`. */
export interface AuthClient {
  /**
   * Makes an account and signs it in; `session` is `null` where the server does not let it in yet, as while its
   * address is not verified.
   *
   * @example
   * ```js
   * const { data, error } = await client.signUp({ username: "grace", email: "grace@example.com", password: "a moth in relay 70" });
   * for (const { field, message } of error?.issues ?? []) console.log(field, message);
   * ```
   */
  signUp(form: SignUpForm): Promise<Result<{ user: User; session: Session | null }>>;
  /**
   * Signs in. With a second factor on and no code given the error is `mfa_required`; `mfa.verify` finishes the log-in.
   * The proof of an earlier log-in of that name from here goes along, so that strangers who guess elsewhere cannot lock
   * its owner out.
   *
   * @example
   * ```js
   * const { data, error } = await client.signInWithPassword({ email, password });
   * console.log(error ? error.message : `Good morning, ${data.user.username}`);
   * ```
   */
  signInWithPassword(credentials: Credentials): Promise<Result<{ user: User; session: Session }>>;
  /**
   * Ends this session (`local`, when absent) or all sessions of the user (`global`). A local one is over here at once,
   * in all tabs; an error then says that the server could not be told. A global one is over once the server has said so.
   * What is neither is refused (`unknown_field`), and nothing ends.
   *
   * @example
   * ```js
   * await client.signOut();
   * await client.signOut({ scope: "global" });
   * ```
   */
  signOut(options?: { scope?: "local" | "global" | undefined }): Promise<Result<null>>;
  /**
   * The session as it is stored here; nothing is asked or verified.
   *
   * @example
   * ```js
   * const { data } = await client.getSession();
   * console.log(data.session ? "signed in" : "signed out");
   * ```
   */
  getSession(): Promise<Result<{ session: Session | null }>>;
  /**
   * The user, as the server has it now.
   *
   * @example
   * ```js
   * const { data, error } = await client.getUser();
   * if (!error) console.log(data.user.email_verified);
   * ```
   */
  getUser(): Promise<Result<{ user: User }>>;
  /**
   * The claims of the access token, verified here by the keys that the server publishes. What verifies is loaded at the
   * first call. `issuer` and `audience` are held to what is said, where something is; another name is refused. A server that
   * signs with a secret publishes no keys: `token_key_unknown`.
   *
   * @example
   * ```js
   * const { data, error } = await client.getClaims({ audience: "default" });
   * console.log(error ? error.code : data.claims.sub);
   * ```
   */
  getClaims(expected?: {
    issuer?: string | undefined;
    audience?: string | undefined;
  }): Promise<Result<{ claims: Claims; header: Header }>>;
  /**
   * A fresh pair of tokens, by one request for all who ask meanwhile, in whichever tab. There is seldom a reason to:
   * it happens by itself.
   *
   * @example
   * ```js
   * const { data, error } = await client.refreshSession();
   * ```
   */
  refreshSession(): Promise<Result<{ user: User; session: Session }>>;
  /**
   * Changes the account; what is absent stays.
   *
   * @example
   * ```js
   * const { data, error } = await client.updateUser({ name: "Ada Lovelace", phone: null });
   * ```
   */
  updateUser(changes: UserChanges): Promise<Result<{ user: User }>>;
  /**
   * Sets another password and ends every other session.
   *
   * @example
   * ```js
   * const { error } = await client.changePassword({ current_password: password, password: "another engine" });
   * ```
   */
  changePassword(passwords: { current_password: string; password: string }): Promise<Result<{ user: User }>>;
  /**
   * Has a link mailed that lets the owner of the address set a password. Whether there is such an account is not told.
   *
   * @example
   * ```js
   * await client.requestPasswordReset({ email: "ada@example.com" });
   * ```
   */
  requestPasswordReset(form: { email: string }): Promise<Result<null>>;
  /**
   * Sets the password by the token of that link. All sessions end.
   *
   * @example
   * ```js
   * const token = new URLSearchParams(location.hash.slice(1)).get("token");
   * const { error } = await client.confirmPasswordReset({ token, password });
   * ```
   */
  confirmPasswordReset(form: { token: string; password: string }): Promise<Result<null>>;
  /**
   * Has a link mailed that proves the address. Whether there is such an account is not told.
   *
   * @example
   * ```js
   * await client.requestVerification({ email: "ada@example.com" });
   * ```
   */
  requestVerification(form: { email: string }): Promise<Result<null>>;
  /**
   * Proves the address by the token of that link.
   *
   * @example
   * ```js
   * const token = new URLSearchParams(location.hash.slice(1)).get("token");
   * const { error } = await client.confirmVerification({ token });
   * ```
   */
  confirmVerification(form: { token: string }): Promise<Result<null>>;
  /**
   * Where the user is signed in, newest first.
   *
   * @example
   * ```js
   * const { data } = await client.listSessions();
   * for (const { user_agent, current } of data.items) console.log(user_agent, current);
   * ```
   */
  listSessions(page?: Page): Promise<Result<List<SessionItem>>>;
  /**
   * Ends one of those.
   *
   * @example
   * ```js
   * const { data } = await client.listSessions();
   * for (const { id, current } of data.items) if (!current) await client.revokeSession(id);
   * ```
   */
  revokeSession(id: string): Promise<Result<null>>;
  /** The second factor. */
  readonly mfa: Mfa;
  /** Any JSON of the user's own. */
  readonly data: CustomData;
  /**
   * Whether the user may do `action` to `resource` in this application, as the server sees it now.
   *
   * @example
   * ```js
   * const { data } = await client.permitted("write", "Task");
   * document.querySelector("#save").disabled = !data?.permitted;
   * ```
   */
  permitted(action: string, resource: string): Promise<Result<{ permitted: boolean }>>;
  /**
   * `fetch`, as the user: requests to the server's own origin carry the access token, which is replaced once, and the
   * request repeated, where it is answered 401. A path is one of the server's. Requests elsewhere are passed on as they
   * are. A body that is a stream is read by the first attempt and cannot be repeated: the 401 is answered then, the
   * session is fresh, and to send another stream is for the caller. The request goes
   * without where nobody is signed in, and fails like one without a network where the session cannot be refreshed for now.
   * Redirects are errors unless `redirect` says otherwise, so that no token is led elsewhere. Like `fetch` it resolves to a
   * Response and rejects without a network.
   *
   * @example
   * ```js
   * const response = await client.fetch("/users/me");
   * console.log(response.status);
   * ```
   */
  readonly fetch: Fetch;
  /**
   * Calls `callback` with `INITIAL_SESSION` once what is stored was read, and from then on at every change, made here or in
   * another tab. Answers how to stop that.
   *
   * @example
   * ```js
   * const unsubscribe = client.onAuthStateChange((event, session) => console.log(event, session?.user.username));
   * unsubscribe();
   * ```
   */
  onAuthStateChange(callback: (event: AuthEvent, session: Session | null) => void): () => void;
  /**
   * Ends the client: its timers, its channel, its listeners, and what it has asked; only a refresh or a log-out under way
   * is let end. The session stays stored, for the next client.
   *
   * @example
   * ```js
   * client.dispose();
   * ```
   */
  dispose(): void;
}

/**
 * Makes a client. A wrong option is a `TypeError` with a `code`.
 *
 * @example
 * ```js
 * import { createAuthClient } from "countersign/client";
 *
 * const client = createAuthClient({ baseURL: "https://auth.example" });
 * const { data } = await client.getSession();
 * console.log(data?.session); // null
 * client.dispose();
 * ```
 */
export declare function createAuthClient(options: AuthClientOptions): AuthClient;
