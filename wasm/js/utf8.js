const encoder = new TextEncoder();

// Tokens of some 400 characters fit with room to spare, each of three bytes at most.
const buffer = new Uint8Array(4_096);

/**
 * The bytes of a text, good until the next call: a fourth of the time that a string takes which is handed to the wasm as
 * it is, since the glue would copy it one character after the other.
 */
export function utf8(text) {
  if (text.length * 3 > buffer.length) return encoder.encode(text);
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
}
