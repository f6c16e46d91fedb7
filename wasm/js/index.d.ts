/**
 * The words of every refusal, made from the Rust enum that the server answers with too.
 */
/* codes */

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** One refused field of a form. It names the field and the reason and never repeats the value. */
export interface Issue {
  field: string;
  code: Code;
  /** A sentence for a person, the same that the server answers. */
  message: string;
}

/** What a form comes to: the value as it is stored, or every fault at once. */
export type Validated<Value> = { ok: true; value: Value } | { ok: false; issues: Issue[] };

export interface PasswordOptions {
  /** Code points that the password has at least: 8 to 128, 8 when absent. */
  passwordMinLength?: number | undefined;
  /** A password equal to it in any letter case is refused. */
  username?: string | undefined;
  /** A password equal to it or its local part in any letter case is refused. */
  email?: string | undefined;
}

export interface RegistrationOptions {
  /** Whether there must be a username; `true` when absent. */
  usernameRequired?: boolean | undefined;
  /** Code points that the password has at least: 8 to 128, 8 when absent. */
  passwordMinLength?: number | undefined;
}

/** A registration as its request is sent, or as far as it is typed. Members of other names are not read. */
export interface RegistrationForm {
  username?: string | null | undefined;
  email?: string | null | undefined;
  /** A `Uint8Array` is UTF-8. */
  password?: string | Uint8Array | null | undefined;
  name?: string | null | undefined;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  phone?: string | null | undefined;
  application_id?: string | null | undefined;
}

/** A registration in which every field is well-formed; what was left out or empty is not a member. */
export interface Registration {
  username?: string;
  email: string;
  password: string;
  name?: string;
  first_name?: string;
  last_name?: string;
  phone?: string;
  application_id?: string;
}

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

export type Algorithm = "HS256" | "EdDSA" | "ES256" | "RS256";

/** A JSON Web Key (RFC 7517): an Ed25519 public key, or a secret of HS256. Keys of other kinds verify nothing here. */
export interface Jwk {
  kty?: string | undefined;
  crv?: string | undefined;
  x?: string | undefined;
  k?: string | undefined;
  kid?: string | undefined;
  use?: string | undefined;
  key_ops?: string[] | undefined;
  alg?: string | undefined;
}

/** A set of them (RFC 7517 section 5). */
export interface Jwks {
  keys: Jwk[];
}

/** A key, a set of keys, or the bytes of a secret of HS256, of which there must be 32. */
export type Key = Jwk | Jwks | Uint8Array;

export interface JwsOptions {
  /** The algorithms that are accepted. */
  algorithms: readonly Algorithm[];
}

export interface VerifyOptions extends JwsOptions {
  /** What `iss` must be. */
  issuer: string;
  /** What `aud` must be: the application. */
  audience: string;
  /** Seconds since 1970; the clock's when absent. */
  now?: number | undefined;
}

/** The header of a token. */
export interface Header {
  alg: Algorithm;
  typ?: string;
  kid?: string;
  [parameter: string]: Json | undefined;
}

/** The claims of a verified token. */
export interface Claims {
  iss: string;
  sub: string;
  aud: string;
  exp: number;
  iat: number;
  [claim: string]: Json | undefined;
}

export interface VerifiedToken {
  claims: Claims;
  header: Header;
}

export interface VerifiedJws {
  header: Header;
  payload: Uint8Array;
}

/** What a token says of itself. Nothing of it is verified. */
export interface DecodedToken {
  claims: { [claim: string]: Json };
  header: { [parameter: string]: Json };
}

export type SafeVerified = { ok: true; value: VerifiedToken } | { ok: false; error: TokenError };

/** A token that was refused. Only this package makes one. */
export declare class TokenError extends Error {
  private constructor();
  readonly name: "TokenError";
  /** The stable word for it. */
  readonly code: Code;
  /** The claim at fault, `undefined` where the fault lies elsewhere. */
  readonly claim: string | undefined;
  /** The value of `WWW-Authenticate` for a 401 answer (RFC 6750 section 3). */
  readonly wwwAuthenticate: string;
}

/** What is thrown for a wrong argument. */
export interface ArgumentError extends TypeError {
  readonly code: Code;
}

/**
 * Every operation, synchronous. A wrong argument is an `ArgumentError`, which is a `TypeError`; the
 * functions need no `this`.
 */
export interface Countersign {
  /** The e-mail address as it is stored: lower-cased. */
  readonly validateEmail: (email: string) => Validated<string>;
  /** The username as it is stored: as typed. */
  readonly validateUsername: (username: string) => Validated<string>;
  /** The password as it is hashed: in NFC, every kind of space a plain one. A `Uint8Array` is UTF-8. */
  readonly validatePassword: (password: string | Uint8Array, options?: PasswordOptions) => Validated<string>;
  /** A whole registration, its value ready to be sent. */
  readonly validateRegistration: (form: RegistrationForm, options?: RegistrationOptions) => Validated<Registration>;
  /** The PHC string of the password under Argon2id. Any password is hashed; `validatePassword` judges. */
  readonly hashPassword: (password: string | Uint8Array, options?: HashOptions) => string;
  /**
   * Whether the hash is this password's. A string that is no hash, or would cost more than 262,144 KiB, 16
   * passes or 16 lanes, is an `ArgumentError` (`hash_malformed`, `hash_unsupported`, `hash_too_costly`).
   */
  readonly verifyPassword: (hash: string, password: string | Uint8Array) => boolean;
  /** What the hash says of itself. */
  readonly inspectHash: (hash: string) => HashInfo;
  /** The claims of a token that is good in every respect; throws `TokenError` for any other. */
  readonly verifyToken: (token: string, key: Key, options: VerifyOptions) => VerifiedToken;
  /** The same without throwing for a refused token. */
  readonly safeVerifyToken: (token: string, key: Key, options: VerifyOptions) => SafeVerified;
  /** The bare signature check (RFC 7515), for any payload; throws `TokenError`. */
  readonly verifyJws: (token: string, keys: Key, options: JwsOptions) => VerifiedJws;
  /** What a token says of itself, **unverified**: to show, never to decide. */
  readonly decodeToken: (token: string) => DecodedToken;
}

type GlobalClass<Name extends string> = typeof globalThis extends { [Key in Name]: { prototype: infer Instance } }
  ? Instance
  : never;
type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : never;

/** Where the wasm comes from, or the wasm itself. */
export type InitInput =
  | string
  | GlobalClass<"URL">
  | GlobalClass<"Request">
  | GlobalClass<"Response">
  | ArrayBuffer
  | ArrayBufferView
  | WasmModule;

/**
 * Loads the wasm and resolves to the synchronous operations. It is loaded once, and again only after it
 * failed; without `input`, from where it lies in this package. Every operation also stands beside `init`,
 * asynchronous, and initialises itself.
 */
export declare function init(input?: InitInput | Promise<InitInput>): Promise<Countersign>;

type Async<Operation> = Operation extends (...args: infer Arguments) => infer Result
  ? (...args: Arguments) => Promise<Result>
  : never;

export declare const validateEmail: Async<Countersign["validateEmail"]>;
export declare const validateUsername: Async<Countersign["validateUsername"]>;
export declare const validatePassword: Async<Countersign["validatePassword"]>;
export declare const validateRegistration: Async<Countersign["validateRegistration"]>;
export declare const hashPassword: Async<Countersign["hashPassword"]>;
export declare const verifyPassword: Async<Countersign["verifyPassword"]>;
export declare const inspectHash: Async<Countersign["inspectHash"]>;
export declare const verifyToken: Async<Countersign["verifyToken"]>;
export declare const safeVerifyToken: Async<Countersign["safeVerifyToken"]>;
export declare const verifyJws: Async<Countersign["verifyJws"]>;
export declare const decodeToken: Async<Countersign["decodeToken"]>;
