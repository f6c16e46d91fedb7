import { ArgumentError, TokenError, UnavailableError } from "./refusals.js";

/**
 * What a call of the wasm came to. It answers JSON text of an array, whose first item says which kind it is:
 * arrays and not objects, since every place in them is an own property whatever was done to prototypes. The claims of a
 * token that is good are alone.
 */
export function answer(json) {
  const parsed = JSON.parse(json);
  if (!Array.isArray(parsed)) return parsed;
  if (parsed[0] === "value") return parsed[1];
  const [kind, ...parts] = parsed;
  switch (kind) {
    case "token":
      throw new TokenError(...parts);
    case "unavailable":
      throw new UnavailableError(...parts);
    default:
      throw new ArgumentError(...parts);
  }
}

const decoder = new TextDecoder();

/** The same for a call that answers bytes after the JSON text, with a zero byte between. */
export function answerWithBytes(buffer) {
  const end = buffer.indexOf(0);
  const value = answer(decoder.decode(buffer.subarray(0, end < 0 ? buffer.length : end)));
  return { value, bytes: buffer.slice(end + 1) };
}
