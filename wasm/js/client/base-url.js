import { wrong } from "./error.js";
import { tried } from "./own.js";

const LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|\[::1])$/;

/**
 * The address of the server, which ends in a slash.
 *
 * Passwords and tokens travel there, so it must be https; http is taken for this machine itself, as browsers take it
 * (W3C Secure Contexts, section 3.1).
 */
export function serverAt(baseURL) {
  const { protocol, hostname, origin, pathname, href } = tried(() => new URL(baseURL)) ?? {};
  const isSafe = protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
  // Neither credentials nor a query nor a fragment.
  if (!isSafe || href !== origin + pathname) {
    throw wrong("invalid_format", "baseURL must be https or localhost, with a path at most.");
  }
  return origin + pathname.replace(/\/*$/, "/");
}
