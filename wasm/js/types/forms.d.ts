import type { Async, Code } from "./common.js";

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

/** Forms, field by field and as a whole. */
export interface Forms {
  /** The e-mail address as it is stored: lower-cased. */
  readonly validateEmail: (email: string) => Validated<string>;
  /** The username as it is stored: as typed. */
  readonly validateUsername: (username: string) => Validated<string>;
  /** The password as it is hashed: in NFC, every kind of space a plain one. A `Uint8Array` is UTF-8. */
  readonly validatePassword: (password: string | Uint8Array, options?: PasswordOptions) => Validated<string>;
  /** A whole registration, its value ready to be sent. */
  readonly validateRegistration: (form: RegistrationForm, options?: RegistrationOptions) => Validated<Registration>;
}

/**
 * {@link Forms.validateEmail}, asynchronous.
 *
 * @example
 * ```js
 * import { validateEmail } from "countersign";
 *
 * const verdict = await validateEmail("Ada@Example.com");
 * if (verdict.ok) console.log(verdict.value); // ada@example.com
 * ```
 */
export declare const validateEmail: Async<Forms["validateEmail"]>;

/**
 * {@link Forms.validateUsername}, asynchronous.
 *
 * @example
 * ```js
 * import { validateUsername } from "countersign";
 *
 * const verdict = await validateUsername("-");
 * if (!verdict.ok) console.log(verdict.issues[0]?.code); // invalid_format
 * ```
 */
export declare const validateUsername: Async<Forms["validateUsername"]>;

/**
 * {@link Forms.validatePassword}, asynchronous.
 *
 * @example
 * ```js
 * import { validatePassword } from "countersign";
 *
 * const verdict = await validatePassword("ada@example.com", { email: "ada@example.com" });
 * if (!verdict.ok) console.log(verdict.issues[0]?.code); // password_is_identity
 * ```
 */
export declare const validatePassword: Async<Forms["validatePassword"]>;

/**
 * {@link Forms.validateRegistration}, asynchronous.
 *
 * @example
 * ```js
 * import { validateRegistration } from "countersign";
 *
 * const verdict = await validateRegistration({ username: "ada", email: "ada@", password: "short" });
 * if (!verdict.ok) console.log(verdict.issues.map(({ field, code }) => `${field}: ${code}`).join()); // email: invalid_format,password: too_short
 * ```
 */
export declare const validateRegistration: Async<Forms["validateRegistration"]>;
