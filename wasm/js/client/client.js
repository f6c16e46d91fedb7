import { account } from "./account.js";
import { aloneBy } from "./alone.js";
import { authorizedFetch } from "./authorized-fetch.js";
import { serverAt } from "./base-url.js";
import { AuthError, failure, success, wrong } from "./error.js";
import { keeper } from "./keeper.js";
import { listeners } from "./listeners.js";
import { own, ownText } from "./own.js";
import { door } from "./request.js";
import { signing } from "./signing.js";
import { browserStorage, memory, vault } from "./vault.js";

const OPTIONS = ["baseURL", "storage", "autoRefresh", "fetch"];

/**
 * A client of one server. `loadVerify` resolves to claims.js and the entry of `./verify`; `host` is the global object, or
 * what stands in for it in tests: its clocks, its timers, its tabs.
 */
export function authClient(options, { host, loadVerify }) {
  for (const name of Object.keys({ ...options })) {
    if (!OPTIONS.includes(name)) throw wrong("unknown_field", `There is no option ${name}.`);
  }
  const [baseURL, kept = browserStorage(host), autoRefresh = true, send = (url, init) => host.fetch(url, init)] = OPTIONS.map(
    (name) => own(options, name),
  );
  const storage = kept ?? memory();
  for (const method of [storage.getItem, storage.setItem, storage.removeItem, send]) {
    if (typeof method !== "function") throw wrong("invalid_type", "wrong type of storage or fetch");
  }
  const base = serverAt(baseURL);
  // One for each server, so that nobody's token is ever shown to another; the number is the version of what it holds.
  const key = `countersign.1 ${base}`;
  const disposal = new AbortController();
  const closing = disposal.signal;

  const ask = door(base, send, host, closing);
  const events = listeners(() => keep.ready.then(keep.session), closing);
  const channel = kept && host.BroadcastChannel && new host.BroadcastChannel(key);
  // Node would go on for as long as somebody listens.
  channel?.unref?.();
  const keep = keeper(host, ask, vault(storage, key), {
    alone: kept ? aloneBy(host, storage, key) : (work) => work(),
    emit: events.emit,
    key,
    channel,
    autoRefresh,
    closing,
  });

  /** Asks in the name of whoever is signed in. */
  const authorized = (method, path, body) =>
    keep.withToken(
      (token) => ask(method, path, body, token),
      ({ error }) => error?.status === 401,
    );

  let claimsIn;
  const verify = (expected) => async (token) => {
    try {
      const [{ claimsBy }, tokens] = await loadVerify();
      claimsIn ??= claimsBy(tokens, ask, host, keep.remaining);
      return success(await claimsIn(token, expected));
    } catch (fault) {
      // A TokenError, or one of `ask`; or the module itself could not be loaded.
      const code = ownText(fault, "code") ?? "network_error";
      return failure(fault instanceof AuthError ? fault : new AuthError(code, undefined, fault.message));
    }
  };

  return {
    ...signing(ask, authorized, keep, host),
    ...account(ask, authorized),
    getClaims: (expected) => keep.withToken(verify(expected)),
    fetch: authorizedFetch(base, send, keep, closing),
    onAuthStateChange: events.listen,
    dispose: () => disposal.abort(),
  };
}
