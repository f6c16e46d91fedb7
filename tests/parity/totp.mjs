// Codes of authenticators: those of now and near it, and what is typed in their place.

import { createHmac } from "node:crypto";

import { mutate } from "./text.mjs";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS = 30;

/** A secret in both its forms, a code, the time, and the step of the last code that was taken. */
export function totp(random) {
  const bytes = random.bytes(20);
  const now = random.one(() => random.below(4_000_000_000), () => random.below(100), () => 1_700_000_000 + random.below(60));
  const step = Math.floor(now / STEP_SECONDS) + random.pick([0, 0, 0, -1, 1, -2, 2]);
  const code = codeOf(bytes, Math.max(step, 0));
  return {
    secret: Buffer.from(bytes).toString("base64"),
    base32: base32(bytes),
    code: random.one(
      () => code,
      () => code,
      () => mutate(random, code),
      () => `${code.slice(0, 3)}${random.pick([" ", "-", "\u00a0"])}${code.slice(3)}`,
      () => String(random.below(1_000_000)).padStart(6, "0"),
    ),
    now,
    last: random.chance(0.5) ? -1 : Math.max(step + random.pick([-1, -1, 0, 1]), 0),
  };
}

/** RFC 4226 section 5.3, of a step (RFC 6238 section 4.2). */
function codeOf(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** RFC 4648 section 6, of whole groups of five bytes. */
function base32(bytes) {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => BASE32[Number.parseInt(five, 2)]);
}
