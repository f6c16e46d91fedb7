import { filledText, integer, options, seconds, text } from "./arguments.js";
import { answer } from "./answer.js";

// As many as the hash puts out (RFC 4226 section 4, requirement R6).
const SECRET_BYTES = 20;

function generateSecret() {
  const entropy = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return (core) => answer(core.totpSecret(entropy));
}

function uri(secret, settings) {
  const base32 = text(secret, "secret");
  const [issuer, account] = options(settings, ["issuer", "account"]);
  const names = [filledText(issuer, "issuer"), filledText(account, "account")];
  return (core) => answer(core.totpUri(base32, ...names));
}

function verify(secret, code, settings) {
  const base32 = text(secret, "secret");
  const typed = text(code, "code");
  const [now, lastStep] = options(settings, ["now", "lastStep"]);
  const moment = seconds(now);
  const last = integer(lastStep, "lastStep", 0, Number.MAX_SAFE_INTEGER, -1);
  return (core) => {
    const step = answer(core.totpVerify(base32, typed, moment, last));
    return step === null ? { ok: false } : { ok: true, step };
  };
}

export const totp = { generateSecret, uri, verify };
