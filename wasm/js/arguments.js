// What callers hand in is read here, once and whole, before any wasm runs: only own properties, so that a
// polluted prototype can set no option, and only text that UTF-8 can carry, since wasm would be handed
// U+FFFD in its place.

import { ArgumentError } from "./argument-error.js";

const LONE_SURROGATE = /\p{Surrogate}/u;
// Ten times as fast where there is one.
const isWellFormed =
  "isWellFormed" in String.prototype ? (text) => text.isWellFormed() : (text) => !LONE_SURROGATE.test(text);

// The server reads bodies of 128 KiB at most, so nothing longer can be a value of ours; and a wasm that is
// handed more memory than it has could only trap.
const LONGEST = 131_072;
// A set of as many keys as are taken, each with a chain of certificates, is smaller and flatter.
const LARGEST_KEY = 1_048_576;
const KEY = { deepest: 8, wanted: "a JSON Web Key or a set of them" };
// As deep as the wasm reads JSON, at most.
const VALUES = { deepest: 31, wanted: "an object of JSON values" };

// Works across realms (test runners, frames), where `instanceof` does not, and cannot be spoofed.
const arrayKind = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
).get;

export const isBytes = (value) => arrayKind.call(value) === "Uint8Array";

export const NOT_UNICODE = ["invalid_characters", "is not valid Unicode"];

/** Why text is not handed to the wasm: a code and the rest of a sentence, `undefined` where it is. */
export function unfit(text) {
  if (text.length > LONGEST) return ["too_long", "is too long"];
  return isWellFormed(text) ? undefined : NOT_UNICODE;
}

export function wrongType(name, wanted) {
  return new ArgumentError("invalid_type", `${name} must be ${wanted}.`);
}

export function text(value, name) {
  if (typeof value !== "string") throw wrongType(name, "a string");
  const fault = unfit(value);
  if (fault !== undefined) throw new ArgumentError(fault[0], `${name} ${fault[1]}.`);
  return value;
}

export function filledText(value, name) {
  if (text(value, name) === "") throw new ArgumentError("required", `${name} must not be empty.`);
  return value;
}

/** A copy, so that neither the caller's later writes nor its wiping reach what was handed in. */
export function bytes(value, name) {
  if (!isBytes(value)) throw wrongType(name, "a Uint8Array");
  const copy = new Uint8Array(value);
  if (copy.length > LONGEST) throw new ArgumentError("too_long", `${name} is too long.`);
  return copy;
}

export function passwordBytes(value) {
  if (isBytes(value)) return bytes(value, "password");
  if (typeof value !== "string") throw wrongType("password", "a string or a Uint8Array");
  return new TextEncoder().encode(text(value, "password"));
}

/** A password of a form as text, `NOT_UNICODE` for bytes that are not UTF-8; what is no bytes as it is. */
export function passwordText(value) {
  if (!isBytes(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return NOT_UNICODE;
  }
}

/** A password as text, where no form could carry the fault. */
export function passwordString(value) {
  const typed = passwordText(value);
  if (typed === NOT_UNICODE) throw new ArgumentError(typed[0], `password ${typed[1]}.`);
  if (typeof typed !== "string") throw wrongType("password", "a string or a Uint8Array");
  return text(typed, "password");
}

export function record(value, name) {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw wrongType(name, "an object");
  }
  return value;
}

export const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

/** The own properties of an options object, in the order of `names`; a name of no option is refused. */
export function options(value, names) {
  if (value === undefined) return names.map(() => undefined);
  record(value, "options");
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) throw new ArgumentError("unknown_field", `There is no option "${name}".`);
  }
  return names.map((name) => own(value, name));
}

export function integer(value, name, least, most, otherwise) {
  if (value === undefined) return otherwise;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw wrongType(name, `an integer from ${least} to ${most}`);
  }
  return value;
}

/** Whole seconds, as claims count them; the clock's where nothing is said. */
export function seconds(now) {
  if (now === undefined) return Math.floor(Date.now() / 1000);
  if (!Number.isFinite(now)) throw wrongType("now", "a number of seconds since 1970");
  return Math.floor(now);
}

export function list(value, name) {
  if (!Array.isArray(value) || value.length === 0) throw wrongType(name, "an array that is not empty");
  return items(value, name);
}

export function texts(value, name) {
  if (!Array.isArray(value)) throw wrongType(name, "an array of strings");
  return items(value, name).map((item) => text(item, name));
}

export function records(value, name) {
  if (!Array.isArray(value)) throw wrongType(name, "an array of objects");
  return items(value, name).map((item) => record(item, `each of ${name}`));
}

function items(array, name) {
  if (array.length > LONGEST) throw new ArgumentError("too_long", `${name} is too long.`);
  const copy = [];
  for (let index = 0; index < array.length; index += 1) copy.push(own(array, index));
  return copy;
}

/** The JSON text of a key or key set, in bytes. */
export function keyBytes(value, name) {
  const json = new TextEncoder().encode(jsonOf(record(value, name), name, KEY));
  if (json.length > LARGEST_KEY) throw new ArgumentError("too_long", `${name} is too long.`);
  return json;
}

/** The JSON text of an object. */
export const jsonText = (value, name) => text(jsonOf(record(value, name), name, VALUES), name);

/** The JSON text of a key or key set. */
export const keyText = (value, name) => new TextDecoder().decode(keyBytes(value, name));

// `JSON.stringify` would call a `toJSON` wherever it came from; this puts own members together and nothing else.
function jsonOf(value, name, { deepest, wanted }) {
  if (deepest < 0) throw wrongType(name, wanted);
  const inner = (member) => jsonOf(member, name, { deepest: deepest - 1, wanted });
  if (typeof value === "string") return JSON.stringify(text(value, name));
  if (value === null || typeof value === "boolean" || Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${items(value, name).map(inner).join()}]`;
  const members = Object.entries(record(value, name))
    .filter(([, member]) => member !== undefined)
    .map(([member, content]) => `${JSON.stringify(text(member, name))}:${inner(content)}`);
  return `{${members.join()}}`;
}
