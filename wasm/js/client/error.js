/** Why a method did not do what it was asked. */
export class AuthError extends Error {
  name = "AuthError";

  /** @internal Made by this package alone. */
  constructor(code, more, message) {
    super(message ?? code.replaceAll("_", " "));
    Object.assign(this, { code, status: 0, ...more });
  }
}

/** A wrong option. */
export const wrong = (code, message) => Object.assign(new TypeError(message), { code });

export const success = (data) => ({ data, error: null });
export const failure = (error) => ({ data: null, error });
export const refusal = (code, more) => failure(new AuthError(code, more));

export const notSignedIn = () => refusal("not_signed_in");

/** An answer that is none of ours, such as a proxy's page, or half of one. */
export const notUnderstood = (more) => refusal("invalid_response", more);

/** The result with its data as `make` has it; `undefined` of it is an answer that was not understood. */
export function shape(result, make) {
  if (result.error) return result;
  const data = make(result.data);
  return data === undefined ? notUnderstood() : success(data);
}
