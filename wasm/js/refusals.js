export { ArgumentError } from "./argument-error.js";

/**
 * A token that was refused. `code` is the stable word for it, `claim` the claim at fault where one is,
 * `wwwAuthenticate` the header for a 401 answer (RFC 6750 section 3).
 */
export class TokenError extends Error {
  name = "TokenError";
  code;
  claim;
  wwwAuthenticate;

  /** @internal Made by this package alone. */
  constructor(code, claim, wwwAuthenticate, message) {
    super(message);
    this.code = code;
    this.claim = claim ?? undefined;
    this.wwwAuthenticate = wwwAuthenticate;
  }

  static [Symbol.for("countersign.TokenError")] = true;
  static [Symbol.hasInstance](value) {
    return isInstance(value, this, TokenError, Symbol.for("countersign.TokenError"));
  }
}

/**
 * A verifier that cannot tell: it has had no keys, or no list of what is revoked, for longer than it was told to bear.
 * `retryAfter` is in how many seconds it is worth asking again.
 */
export class UnavailableError extends Error {
  name = "UnavailableError";
  code;
  retryAfter = 1;

  /** @internal Made by this package alone. */
  constructor(code, message) {
    super(message);
    this.code = code;
  }

  static [Symbol.for("countersign.UnavailableError")] = true;
  static [Symbol.hasInstance](value) {
    return isInstance(value, this, UnavailableError, Symbol.for("countersign.UnavailableError"));
  }
}

/**
 * What `instanceof` says. `import` and `require` load two copies of these classes into one Node process, and an error
 * of either must be an instance of both; a class that extends one of them has instances of its own.
 */
function isInstance(value, asked, own, mark) {
  if (asked !== own) return Function.prototype[Symbol.hasInstance].call(asked, value);
  const made = typeof value === "object" && value !== null ? value.constructor : undefined;
  return typeof made === "function" && made[mark] === true;
}
