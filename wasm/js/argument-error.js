/** A wrong argument: a `TypeError` with a word of the same list of codes. */
export class ArgumentError extends TypeError {
  code;

  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
