// Tokens and keys: signed ones with something odd about them, and the vectors with something changed.

import { createHmac, createPrivateKey, sign } from "node:crypto";

import { anyText, mutate } from "./text.mjs";
import { vectors } from "./vectors.mjs";

const NOW = 1_700_000_000;
const ISSUER = "https://auth.example";

const SECRET_BYTES = Buffer.from("forty bytes of a secret nobody will keep");
const SECRET = { kty: "oct", kid: "hs-1", k: SECRET_BYTES.toString("base64url") };
// RFC 8037 appendix A.1.
const PUBLIC = { kty: "OKP", crv: "Ed25519", kid: "ed-1", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
const PRIVATE = createPrivateKey({ key: { ...PUBLIC, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }, format: "jwk" });

const SIGNATURES = vectors("jws").signatures;
// The package asks for an audience and an algorithm.
const TOKENS = vectors("jwt").cases.filter(({ audience, algorithms }) => audience !== null && algorithms.length > 0);
const JSON_TEXTS = vectors("json").cases.flatMap(({ text }) => (text === undefined ? [] : [text]));
// JavaScript hands over objects, in which no name can stand twice.
const KEYS = vectors("jws")
  .keys.filter(({ name, json }) => !name.startsWith("a name twice") && /^\s*\{/.test(json))
  .map(({ json }) => json);

export function token(random) {
  if (random.chance(0.25)) {
    const { token, keys, algorithms, issuer, audience, now } = random.pick(TOKENS);
    return { token: random.chance(0.5) ? token : mutate(random, token), key: JSON.stringify(keys), algorithms, issuer, audience, now };
  }
  const now = NOW + random.mostly(0, 59, 60, 3_599, 3_600, -1, -6);
  return { token: signedToken(random), ...key(random), algorithms: algorithms(random), issuer: ISSUER, audience: "default", now };
}

export function jws(random) {
  if (random.chance(0.3)) {
    const { token, keys, algorithms } = random.pick(SIGNATURES);
    return { token: random.chance(0.5) ? token : mutate(random, token), key: JSON.stringify(keys), algorithms };
  }
  return { token: signedToken(random), ...key(random), algorithms: algorithms(random) };
}

export const decode = (random) => ({
  token: random.one(
    () => mutate(random, random.pick(TOKENS).token),
    () => signedToken(random),
    () => `${part(claims(random))}.${part(random.pick(JSON_TEXTS))}.${random.mostly("AA", "", "A", "==")}`,
    () => anyText(random, random.below(30)),
  ),
});

function signedToken(random) {
  const algorithm = random.pick(["HS256", "EdDSA"]);
  const header = members(random, [
    ["alg", random.mostly(algorithm, "HS256", "EdDSA", "none", "hs256", "RS256", "ES256")],
    ["kid", random.mostly(algorithm === "HS256" ? "hs-1" : "ed-1", "hs-1", "ed-1", "", "other")],
    ["typ", random.mostly("at+jwt", "AT+JWT", "application/at+jwt", "JWT", "at+jwt ")],
  ]);
  const content = `${part(random.chance(0.97) ? header : mutate(random, header))}.${part(claims(random))}`;
  const signature =
    algorithm === "HS256" ? createHmac("sha256", SECRET_BYTES).update(content).digest() : sign(null, Buffer.from(content), PRIVATE);
  const token = `${content}.${signature.toString("base64url")}`;
  return random.chance(0.9) ? token : random.one(() => mutate(random, token), () => token.replace(/.$/, random.pick(["A", "B", "_", ""])));
}

const part = (text) => Buffer.from(text).toString("base64url");

function claims(random) {
  const issued = NOW + random.mostly(0, -60, -3_600, 4, 5, 6, 60);
  const text = members(random, [
    ["iss", random.mostly(ISSUER, "https://evil.example", `${ISSUER}/`)],
    ["sub", "123"],
    ["aud", random.mostly("default", "other", "")],
    ["iat", issued],
    ["exp", issued + random.mostly(3_600, 60, 1, 0, -1, 86_400, 86_401)],
    ...(random.chance(0.2) ? [["nbf", NOW + random.mostly(-10, 0, 5, 6)]] : []),
    ...(random.chance(0.3) ? [["jti", "AAECAwQFBgcICQoLDA0ODw"], ["amr", ["pwd"]], ["auth_time", NOW]] : []),
  ]);
  if (random.chance(0.92)) return text;
  return random.one(() => mutate(random, text), () => random.pick(JSON_TEXTS));
}

// What a member may be instead of its own value.
const ODD_VALUES = [
  "null", "true", "0", "-0", "1.5", "1700000000.0", "17e8", "9223372036854775807", "9223372036854775808", "1e400",
  '""', '"1700000000"', "[]", '["default"]', "{}", '{"a":1,"a":2}', '"\\u0061"', '"\\ud83d\\ude00"', '"\\ud83d"', '"😀"',
];
const STRANGERS = ["crit", "b64", "jku", "x5u", "jwk", "__proto__", "grants", "1", "nbf"];

/** JSON text of an object, now and then with a member that is odd, missing or there twice. */
function members(random, pairs) {
  const list = pairs.flatMap(([name, value]) => {
    const member = [name, JSON.stringify(value)];
    if (random.chance(0.95)) return [member];
    return random.one(
      () => [],
      () => [[name, random.pick(ODD_VALUES)]],
      () => [[name, JSON.stringify(mutate(random, String(value)))]],
      () => [member, [random.pick([name, escaped(name)]), JSON.stringify(value)]],
    );
  });
  if (random.chance(0.05)) list.push([random.pick(STRANGERS), random.pick(ODD_VALUES)]);
  return `{${list.map(([name, value]) => `"${name}":${value}`).join()}}`;
}

/** The name in its other spelling, which a comparison of texts takes for another name. */
const escaped = (name) => `\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}`;

/** `key`: the JSON text of a key or key set; or `secret`: bytes in base64. */
function key(random) {
  if (random.chance(0.2)) {
    const secret = random.mostly(SECRET_BYTES, SECRET_BYTES.subarray(0, 32), SECRET_BYTES.subarray(0, 31), Buffer.alloc(0), random.bytes(32));
    return { secret: Buffer.from(secret).toString("base64") };
  }
  if (random.chance(0.7)) return { key: JSON.stringify(random.pick([SECRET, PUBLIC, { keys: [SECRET, PUBLIC] }, { keys: [SECRET, PUBLIC] }])) };
  const odd = random.one(
    () => ({ keys: [oddKey(random, SECRET), oddKey(random, PUBLIC), { kty: "RSA", n: "AQAB", e: "AQAB" }] }),
    () => oddKey(random, { ...SECRET, use: "sig", alg: "HS256", key_ops: ["verify"] }),
    () => oddKey(random, { ...PUBLIC, use: "sig", alg: "EdDSA", key_ops: ["verify"] }),
    () => ({ ...PUBLIC, kid: undefined }),
  );
  return { key: random.chance(0.8) ? JSON.stringify(odd) : random.pick(KEYS) };
}

/** Read once and written anew, so that no name stands twice; half a surrogate or too large a number is none to write. */
function oddKey(random, whole) {
  const text = members(random, Object.entries(whole));
  return /\\ud83d"|1e400/.test(text) ? whole : JSON.parse(text);
}

const algorithms = (random) => random.pick([["HS256", "EdDSA"], ["HS256", "EdDSA"], ["HS256"], ["EdDSA"]]);
