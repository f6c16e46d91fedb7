// Loaded together with what verifies tokens, when claims are first asked for.

import { ASK_AGAIN_MS, KEYS_MS } from "./limits.js";
import { own, ownText } from "./own.js";

const EXPECTED = ["issuer", "audience"];

/**
 * `(token, expected) => { claims, header }`, verified by the keys that the server publishes and this package's own code. It
 * throws what `verify` throws, and what `ask` answers as an error.
 */
export function claimsBy({ decodeToken, verifyToken }, ask, host, remaining) {
  let keys = [];
  let askedAt = -Infinity;

  async function renewKeys(kid) {
    const isKnown = keys.some((key) => own(key, "kid") === kid);
    const now = host.performance.now();
    if (now - askedAt < (isKnown ? KEYS_MS : ASK_AGAIN_MS)) return;
    const { data, error } = await ask("GET", ".well-known/jwks.json");
    const published = own(data, "keys");
    if (Array.isArray(published)) {
      keys = published;
      askedAt = now;
    } else if (!isKnown) {
      throw error ?? refused("invalid_response", "The server's key set is not one.");
    }
  }

  return async (token, expected) => {
    const stranger = Object.keys({ ...expected }).find((name) => !EXPECTED.includes(name));
    if (stranger) throw refused("unknown_field", `There is no option ${stranger}.`);
    const { claims, header } = await decodeToken(token);
    await renewKeys(own(header, "kid"));
    const algorithms = [...new Set(keys.flatMap((key) => ownText(key, "alg") ?? []))];
    if (algorithms.length === 0) {
      throw refused("token_key_unknown", "The server publishes no keys, for it signs with a secret. Ask getUser instead.");
    }
    return verifyToken(token, { keys }, {
      algorithms,
      // The keys are this server's own, so that whatever they signed is of it.
      issuer: own(expected, "issuer") ?? own(claims, "iss"),
      audience: own(expected, "audience") ?? own(claims, "aud"),
      // The server's time, as the token's own lifetime tells it: clocks of devices go wrong by hours.
      now: Math.floor(own(claims, "exp") - remaining() / 1000),
    });
  };
}

const refused = (code, message) => Object.assign(new Error(message), { code });
