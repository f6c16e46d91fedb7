// What is asked of the server and leaves the session as it is.

import { refusal, shape } from "./error.js";

export function account(ask, authorized) {
  const done = async (answer) => shape(await answer, () => null);
  const post = (path) => (form) => done(ask("POST", path, form));
  // What is `undefined` is not asked for: JSON leaves it out.
  const asked = async (path, query) =>
    authorized("GET", `${path}?${new URLSearchParams(JSON.parse(JSON.stringify({ ...query })))}`);
  /**
   * Asks for one thing by its name. `.` and `..` would be folded away in the address, and something else be meant; half of a
   * surrogate pair has no place in one.
   */
  const named = async (method, path, name) =>
    /^\.{0,2}$|\p{Cs}/u.test(name) ? refusal("invalid_format") : authorized(method, `${path}/${encodeURIComponent(name)}`);
  const [sessions, data] = ["auth/sessions", "users/me/data"];

  return {
    requestPasswordReset: post("auth/password/forgot"),
    confirmPasswordReset: post("auth/password/reset"),
    requestVerification: post("auth/email/resend"),
    confirmVerification: post("auth/email/verify"),
    listSessions: (page) => asked(sessions, page),
    revokeSession: (id) => named("DELETE", sessions, id),
    permitted: (action, resource) => asked("users/me/permissions", { action, resource }),
    data: {
      set: (key, value) => done(authorized("POST", data, { key, value })),
      get: (key) => named("GET", data, key),
      list: (page) => asked(data, page),
      remove: (key) => named("DELETE", data, key),
    },
  };
}
