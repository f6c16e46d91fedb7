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

  // `import` and `require` load two copies of this class into one Node process, and an error of either
  // must be an instance of both.
  static [Symbol.for("countersign.TokenError")] = true;
  static [Symbol.hasInstance](value) {
    if (this !== TokenError) return Function.prototype[Symbol.hasInstance].call(this, value);
    const made = typeof value === "object" && value !== null ? value.constructor : undefined;
    return typeof made === "function" && made[Symbol.for("countersign.TokenError")] === true;
  }
}

/** A wrong argument: a `TypeError` with a word of the same list of codes. */
export class ArgumentError extends TypeError {
  code;

  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
