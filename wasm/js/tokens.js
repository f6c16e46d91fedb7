import { bytes, filledText, isBytes, keyBytes, list, options, seconds, text } from "./arguments.js";
import { answer, answerWithBytes } from "./answer.js";
import { TokenError } from "./refusals.js";
import { standard } from "./standard.js";
import { utf8 } from "./utf8.js";

export function verifyToken(token, key, settings) {
  const compact = text(token, "token");
  const keyArguments = readKey(key);
  const [algorithms, issuer, audience, now] = options(settings, ["algorithms", "issuer", "audience", "now"]);
  const accepted = readAlgorithms(algorithms);
  const expected = [filledText(issuer, "issuer"), filledText(audience, "audience")];
  const moment = seconds(now);
  return (core) => {
    const claims = answer(standard(core, keyArguments, accepted, ...expected).verify(utf8(compact), moment));
    return { claims, header: headerOf(core, compact) };
  };
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
    const { value, bytes: payload } = answerWithBytes(standard(core, keyArguments, accepted, "", "").verifyJws(utf8(compact)));
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

// The last header as it is spelt and as it was read: the tokens of one issuer mostly have the same.
let known = {};

/** The header of a token that was found to be good. Each caller gets an object of its own. */
function headerOf(core, token) {
  const spelt = token.slice(0, token.indexOf("."));
  if (spelt !== known.spelt) {
    const { header } = answer(core.decodeToken(token));
    // What holds objects would be one with that of others.
    if (Object.values(header).some((value) => typeof value === "object" && value !== null)) return header;
    known = { spelt, header };
  }
  return { ...known.header };
}
