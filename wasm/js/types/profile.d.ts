import type { Async } from "./common.js";
import type { Validated } from "./forms.js";

/** A change of one's account as its request is sent. What is left out or empty stays; `null` clears what one can do without. */
export interface ProfileForm {
  username?: string | null | undefined;
  email?: string | null | undefined;
  /** The new password. A `Uint8Array` is UTF-8. */
  password?: string | Uint8Array | null | undefined;
  current_password?: string | Uint8Array | null | undefined;
  name?: string | null | undefined;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  phone?: string | null | undefined;
}

/** A change in which every field is well-formed; what stays is not a member. */
export interface Profile {
  username?: string;
  email?: string;
  password?: string;
  current_password?: string;
  name?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  phone?: string | null;
}

export interface ProfileOptions {
  /**
   * The account as the server shows it, as far as it is known. What equals it is not held to the rules, and the password is
   * held against its names. Members of other names are not read.
   */
  account?: Account | undefined;
  /** Code points that the password has at least: 8 to 128, 8 when absent. */
  passwordMinLength?: number | undefined;
}

export interface Account {
  username?: string | null | undefined;
  email?: string | null | undefined;
  name?: string | null | undefined;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  phone?: string | null | undefined;
}

/** The form that changes one's account. */
export interface Profiles {
  /** A change of one's account, its value ready to be sent. */
  readonly validateProfile: (form: ProfileForm, options?: ProfileOptions) => Validated<Profile>;
}

/**
 * {@link Profiles.validateProfile}, asynchronous.
 *
 * @example
 * ```js
 * import { validateProfile } from "countersign";
 *
 * const verdict = await validateProfile({ name: null, phone: "555 12 34" }, { account: { name: "Ada" } });
 * if (verdict.ok) console.log(JSON.stringify(verdict.value)); // {"name":null,"phone":"5551234"}
 * ```
 */
export declare const validateProfile: Async<Profiles["validateProfile"]>;
