/**
 * Who is signed in, in this tab.
 *
 * The access token is kept in memory and in sessionStorage. Memory alone would sign a person out at every reload;
 * localStorage would hand the token to every tab and keep it after the browser is closed; a cookie would be sent along
 * with requests nobody asked for, and the API takes bearer tokens only. Any script on this origin could read it from
 * either place, so what protects it is the page's policy, which runs no script but the server's own.
 *
 * The refresh token is dropped: this page does not refresh, and what is not kept cannot be stolen.
 */

const SESSION_KEY = "countersign.session";
// In localStorage, since it is to outlive the session: it proves that this browser once finished a log-in of the
// account, so that strangers who try passwords elsewhere cannot lock its owner out here. It opens nothing by itself.
const DEVICE_KEY = "countersign.device";

let current = restored();

/** @returns {{ token: string } | null} */
export function session() {
  return current;
}

/** @param {{ access_token: string, device_token?: string }} login The server's answer to a log-in. */
export function remember(login) {
  current = { token: login.access_token };
  store(sessionStorageOrNull(), SESSION_KEY, JSON.stringify(current));
  if (typeof login.device_token === "string") store(localStorageOrNull(), DEVICE_KEY, login.device_token);
}

/** Forgets the token in this tab. To end the session is for whoever calls this. */
export function forget() {
  current = null;
  sessionStorageOrNull()?.removeItem(SESSION_KEY);
}

/** The proof of an earlier log-in in this browser, `undefined` where there was none. */
export function deviceToken() {
  return localStorageOrNull()?.getItem(DEVICE_KEY) ?? undefined;
}

function restored() {
  try {
    const kept = JSON.parse(sessionStorageOrNull()?.getItem(SESSION_KEY) ?? "null");
    return typeof kept?.token === "string" ? kept : null;
  } catch {
    return null;
  }
}

function store(storage, key, value) {
  try {
    storage?.setItem(key, value);
  } catch {
    // A full or read-only storage costs the reload, not the session.
  }
}

// A browser that blocks site data throws at the mere mention of a storage.
function sessionStorageOrNull() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
