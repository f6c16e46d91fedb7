import { bytes, filledText, isBytes, keyBytes, list, options, seconds, text } from "./arguments.js";
import { answer, answerWithBytes } from "./answer.js";
import { TokenError } from "./refusals.js";
import { standard } from "./standard.js";

export function verifyToken(token, key, settings) {
  const compact = text(token, "token");
  const keyArguments = readKey(key);
  const [algorithms, issuer, audience, now] = options(settings, ["algorithms", "issuer", "audience", "now"]);
  const accepted = readAlgorithms(algorithms);
  const expected = [filledText(issuer, "issuer"), filledText(audience, "audience")];
  const moment = seconds(now);
  return (core) => answer(standard(core, keyArguments, accepted, ...expected).verify(compact, moment));
}

export function safeVerifyToken(token, key, settings) {
  const verify = verifyToken(token, key, settings);
  return (core) => {
    try {
      return { ok: true, value: verify(core) };
    } catch (error) {
      if (error instanceof TokenError) return { ok: false, error };
      throw error;
    }
  };
}

export function verifyJws(token, keys, settings) {
  const compact = text(token, "token");
  const keyArguments = readKey(keys);
  const [algorithms] = options(settings, ["algorithms"]);
  const accepted = readAlgorithms(algorithms);
  return (core) => {
    const { value, bytes: payload } = answerWithBytes(standard(core, keyArguments, accepted, "", "").verifyJws(compact));
    return { header: value, payload };
  };
}

export function decodeToken(token) {
  const compact = text(token, "token");
  return (core) => answer(core.decodeToken(compact));
}

/** The bytes of the key, and whether they are a secret of HS256 or else the JSON text of a JWK or JWKS. */
export function readKey(key) {
  if (isBytes(key)) return [bytes(key, "key"), true];
  return [keyBytes(key, "key"), false];
}

function readAlgorithms(algorithms) {
  return list(algorithms, "algorithms").map((algorithm) => filledText(algorithm, "algorithms"));
}
