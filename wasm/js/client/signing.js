// In and out: everything that begins, ends or changes the session.

import { failure, notUnderstood, refusal, shape, success } from "./error.js";
import { own, ownText } from "./own.js";
import { NOBODY, deviceFor, freshSession, userIn, withDevice } from "./record.js";

export function signing(ask, authorized, keep, host) {
  // Of a log-in that waits for its second factor. In memory alone: after a reload the password is asked for again.
  let awaited = {};

  const both = (session) => ({ user: session?.user, session });
  const nobody = ({ devices }) => ({ ...NOBODY, devices });

  /** Asks for a session, and signs in whom it is for; `names` are those that were typed. */
  async function enter(path, body, token, names) {
    const sentAt = host.Date.now();
    const answer = await ask("POST", path, body, token);
    const { error, data } = answer;
    if (error) {
      if (error.mfaToken) awaited = { token: error.mfaToken, names };
      if (error.code === "mfa_token_invalid") awaited = {};
      return answer;
    }
    const session = freshSession(data, sentAt);
    if (!session) return notUnderstood();
    awaited = {};
    const { username, email } = session.user;
    const login = String(Math.random());
    await keep.sync(({ devices }) => ({
      session,
      login,
      devices: withDevice(devices, ownText(data, "device_token"), [...names, username, email]),
    }));
    return success(both(session));
  }

  async function signInWithPassword(credentials) {
    const names = ["identifier", "username", "email"].flatMap((name) => ownText(credentials, name) ?? []);
    const { devices } = await keep.sync();
    const device_token = deviceFor(devices, names[0]);
    return enter("auth/login", { device_token, ...credentials }, undefined, names);
  }

  /** The account, and its first session where the server lets it in at once. */
  async function signUp(form) {
    const made = shape(await ask("POST", "auth/register", form), userIn);
    if (made.error) return made;
    const { data } = await signInWithPassword({ email: own(form, "email"), password: own(form, "password") });
    return success(data ?? { user: made.data, session: null });
  }

  /** Finishes the log-in of this `mfa_token`, or the one that waits here; where there is none, the code is shown for oneself. */
  async function verify(shown) {
    const { mfa_token = awaited.token, ...body } = { __proto__: null, ...shown };
    if (mfa_token) return enter("auth/mfa/verify", body, mfa_token, awaited.names ?? []);
    const answer = await authorized("POST", "auth/mfa/verify", body);
    const recovery_codes = own(answer.data, "recovery_codes");
    if (recovery_codes) await changeUser({ mfa_enabled: true });
    return shape(answer, () => ({ ...both(keep.session()), recovery_codes }));
  }

  async function signOut(options) {
    // By a slip of the pen all other sessions would stay as they are.
    const said = JSON.stringify({ ...options });
    const isGlobal = said === '{"scope":"global"}';
    if (!isGlobal && !/^{("scope":"local")?}$/.test(said)) return refusal("unknown_field");
    awaited = {};
    const { session } = await keep.sync();
    const answer = isGlobal ? await authorized("POST", "auth/logout-all") : success(null);
    if (answer.error || !session) return answer;
    await keep.sync(nobody);
    if (isGlobal) return answer;
    const body = { refresh_token: session.refresh_token };
    const { error } = await ask("POST", "auth/logout", body, undefined, { outlives: true, keepalive: true });
    // A session that had ended before is as it was meant to be.
    return error && error.status !== 401 ? failure(error) : answer;
  }

  /** What is new about the user of the session. */
  const changeUser = (changes) =>
    keep.sync((record) => {
      const { session } = record;
      const isMeant = session && session.user.id === (changes.id ?? session.user.id);
      return isMeant ? { ...record, session: { ...session, user: { ...session.user, ...changes } } } : record;
    });

  /** Asks for what is answered with a User, who is from then on the one of this session. */
  async function user(method, body) {
    const result = shape(await authorized(method, "users/me", body), (answer) => userIn(answer) && { user: userIn(answer) });
    if (result.data) await changeUser(result.data.user);
    return result;
  }
  const update = (changes) => user("PUT", changes);

  return {
    signUp,
    signInWithPassword,
    signOut,
    async getSession() {
      const { session } = await keep.sync();
      return success({ session });
    },
    refreshSession: async () => shape(await keep.refresh(true), both),
    getUser: () => user("GET"),
    updateUser: update,
    changePassword: update,
    mfa: {
      enable: (proof) => authorized("POST", "auth/mfa/enable", proof),
      verify,
      async disable(shown) {
        const answer = await authorized("POST", "auth/mfa/disable", shown);
        if (!answer.error) await changeUser({ mfa_enabled: false });
        return answer;
      },
      recoveryCodes: (shown) => authorized("POST", "auth/mfa/recovery-codes", shown),
    },
  };
}
