const LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|\[::1])$/;

/**
 * The address of the server, which ends in a slash.
 *
 * Passwords and tokens travel there, so it must be https; http is taken for this machine itself, as browsers take it
 * (W3C Secure Contexts, section 3.1).
 */
export function serverAt(baseURL) {
  const { protocol, hostname, origin, pathname, href } = new URL(baseURL);
  const isSafe = protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
  // Neither credentials nor a query nor a fragment.
  if (!isSafe || href !== origin + pathname) {
    throw new TypeError("baseURL must be an origin, https or localhost, and perhaps a path.");
  }
  return origin + pathname.replace(/\/*$/, "/");
}
