// What is kept between two visits, under one key: `{ session, login, devices }`.
//
// `session` is the pair with its user, `null` where nobody is signed in; `login` tells one log-in from the next;
// `devices` are the proofs of earlier log-ins, `[token, name, name…]` each, newest first, which outlive a sign-out.

import { DEVICES_MOST, LONGEST_LIFE_SECS, SHORTEST_LIFE_SECS } from "./limits.js";
import { own, ownText, parsed } from "./own.js";

export const NOBODY = { session: null, login: "", devices: [] };

/** The record in this text; `undefined` where it holds none, whoever wrote it. */
export function readRecord(text) {
  const content = parsed(text);
  const [kept, login, devices] = ["session", "login", "devices"].map((name) => own(content, name));
  const session = kept === null ? null : sessionIn(kept, own(kept, "expires_at"));
  if (session === undefined || !Array.isArray(devices)) return undefined;
  return { session, login, devices: devices.filter(Array.isArray) };
}

/**
 * The session in an answer, by `expiresAt` in seconds since 1970 as this device counts them, or in one to a request that
 * was sent then; `undefined` where there is none. `formerUser` goes on where the answer names nobody.
 */
export function sessionIn(answer, expiresAt, formerUser) {
  const tokens = ["access_token", "refresh_token"].map((name) => ownText(answer, name) ?? "");
  const lifetime = own(answer, "expires_in");
  const user = userIn(own(answer, "user")) ?? formerUser;
  // What a header can carry, and nothing that could end it.
  const fits = /^[\x21-\x7e]+ [\x21-\x7e]+$/.test(tokens.join(" "));
  if (!fits || !user || !(lifetime >= 0 && expiresAt >= 0)) return undefined;
  const [access_token, refresh_token] = tokens;
  const expires_in = Math.min(Math.max(lifetime, SHORTEST_LIFE_SECS), LONGEST_LIFE_SECS);
  return { access_token, refresh_token, token_type: "bearer", expires_in, expires_at: expiresAt, user };
}

/** The session in the answer to a request that was sent at `sentAt`, in ms since 1970. */
export function freshSession(answer, sentAt, formerUser) {
  const session = sessionIn(answer, 0, formerUser);
  return session && { ...session, expires_at: sentAt / 1000 + session.expires_in };
}

/** The user in an answer, without what else stands in one. */
export function userIn(value) {
  if (!own(value, "id")) return undefined;
  const { message, user_id, ...user } = value;
  return user;
}

/** The proof of the newest log-in by this name. */
export const deviceFor = (devices, name) => devices.find(([, ...names]) => names.includes(hidden(name)))?.[0];

/** The list with one more proof, for an account that goes by any of these names. */
export function withDevice(devices, token, names) {
  if (!token) return devices;
  const device = [token, ...names.filter(Boolean).map(hidden)];
  const others = devices.filter((other) => !other.some((part) => device.includes(part)));
  return [device, ...others].slice(0, DEVICES_MOST);
}

/**
 * 32 bits of a name (the sum that Java makes of a string), so that a shared browser does not list who was here. Two names
 * that come to the same cost a proof at most. Of a token they tell nothing that would help.
 */
export const hidden = (text) =>
  [...`${text}`.toLowerCase()].reduce((sum, character) => (sum * 31 + character.codePointAt()) | 0, 0);
