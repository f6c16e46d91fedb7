// Tokens and keys: signed ones with something odd about them, and the vectors with something changed.

import { createHmac, createPrivateKey, sign } from "node:crypto";

import { anyText, mutate } from "./text.mjs";
import { read, vectors } from "./vectors.mjs";

const NOW = 1_700_000_000;
const ISSUER = "https://auth.example";

// Made for this test and good for nothing else; that of EdDSA is RFC 8037's, appendix A.1.
const PRIVATE = JSON.parse(read("tests/parity/keys.json"));
const SECRET_BYTES = Buffer.from(PRIVATE.HS256.k, "base64url");
export const PUBLIC = Object.fromEntries(Object.entries(PRIVATE).map(([algorithm, key]) => [algorithm, publicHalf(key)]));
const SIGNERS = {
  HS256: (content) => createHmac("sha256", SECRET_BYTES).update(content).digest(),
  EdDSA: signer(null, PRIVATE.EdDSA),
  // Unlike all else it is not repeated by a seed, since its signatures are random. What differs is shown whole.
  ES256: signer("sha256", PRIVATE.ES256),
  RS256: signer("sha256", PRIVATE.RS256),
};
// RSA takes a hundred times as long as HMAC to sign.
const ALGORITHMS = ["HS256", "HS256", "HS256", "EdDSA", "EdDSA", "EdDSA", "ES256", "ES256", "RS256"];

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

/** A set of keys, and a token that one of them should verify. */
export function jwks(random) {
  const algorithm = random.pick(ALGORITHMS);
  const content = `${part(JSON.stringify({ alg: algorithm, kid: PRIVATE[algorithm].kid }))}.${part("payload")}`;
  const token = `${content}.${SIGNERS[algorithm](content).toString("base64url")}`;
  const keys = random.one(
    () => oddKeys(random),
    () => ({ keys: Array.from({ length: random.between(1, 5) }, () => oddKey(random, PUBLIC[random.pick(ALGORITHMS)])) }),
    () => ({ keys: [oddKey(random, { ...PUBLIC[algorithm], use: "sig", alg: algorithm, key_ops: ["verify"] })] }),
    () => mutatedMember(random, PUBLIC[algorithm]),
  );
  return { token, key: JSON.stringify(keys), algorithms: algorithms(random) };
}

/** The key with another text for one of its members. */
function mutatedMember(random, key) {
  const [name, value] = random.pick(Object.entries(key));
  return { ...key, [name]: mutate(random, value) };
}

export const decode = (random) => ({
  token: random.one(
    () => mutate(random, random.pick(TOKENS).token),
    () => signedToken(random),
    () => `${part(claims(random))}.${part(random.pick(JSON_TEXTS))}.${random.mostly("AA", "", "A", "==")}`,
    () => anyText(random, random.below(30)),
  ),
});

function signedToken(random, algorithm = random.pick(ALGORITHMS)) {
  const header = members(random, [
    ["alg", random.mostly(algorithm, "HS256", "EdDSA", "none", "hs256", "RS256", "ES256", "ES384", "PS256")],
    ["kid", random.mostly(PRIVATE[algorithm].kid, "hs-1", "ed-1", "es-1", "rs-1", "", "other")],
    ["typ", random.mostly("at+jwt", "AT+JWT", "application/at+jwt", "JWT", "at+jwt ")],
  ]);
  const content = `${part(random.chance(0.97) ? header : mutate(random, header))}.${part(claims(random))}`;
  const token = `${content}.${SIGNERS[algorithm](content).toString("base64url")}`;
  return random.chance(0.9) ? token : random.one(() => mutate(random, token), () => token.replace(/.$/, random.pick(["A", "B", "_", ""])));
}

function publicHalf(jwk) {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => ["kty", "crv", "kid", "x", "y", "k", "n", "e"].includes(name)));
}

function signer(digest, jwk) {
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return (content) => sign(digest, Buffer.from(content), { key, dsaEncoding: "ieee-p1363" });
}

/** A token of HS256 with something odd about its claims, signed again by any of the algorithms. */
export function signedAnew(random, token, algorithm) {
  const payload = Buffer.from(token.split(".")[1], "base64url").toString();
  return signedBy(token, algorithm, members(random, Object.entries(JSON.parse(payload))));
}

/** A token of HS256 as another algorithm signs it; a header that names another key, or nothing, goes on doing so. */
export function signedBy(token, algorithm, claims) {
  const [header, payload = ""] = token.split(".").map((text) => Buffer.from(text, "base64url").toString());
  const named = header.replace('"HS256"', JSON.stringify(algorithm)).replace('"hs-1"', JSON.stringify(PUBLIC[algorithm].kid));
  const content = `${part(named)}.${part(claims ?? payload)}`;
  return `${content}.${SIGNERS[algorithm](content).toString("base64url")}`;
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
  if (random.chance(0.7)) return { key: JSON.stringify(random.pick([...Object.values(PUBLIC), ALL, ALL, ALL, ALL])) };
  return { key: random.chance(0.8) ? JSON.stringify(oddKeys(random)) : random.pick(KEYS) };
}

export const ALL = { keys: Object.values(PUBLIC) };

/** A key or a set that something is odd about. */
function oddKeys(random) {
  const odd = (algorithm) => oddKey(random, { ...PUBLIC[algorithm], use: "sig", alg: algorithm, key_ops: ["verify"] });
  return random.one(
    () => ({ keys: [...Object.keys(PUBLIC).map(odd), { kty: "RSA", n: "AQAB", e: "AQAB" }] }),
    () => odd(random.pick(ALGORITHMS)),
    () => ({ ...PUBLIC[random.pick(ALGORITHMS)], kid: undefined }),
    () => PRIVATE[random.pick(ALGORITHMS)],
  );
}

/** Read once and written anew, so that no name stands twice; half a surrogate or too large a number is none to write. */
function oddKey(random, whole) {
  const text = members(random, Object.entries(whole));
  return /\\ud83d"|1e400/.test(text) ? whole : JSON.parse(text);
}

export const EVERY = Object.keys(SIGNERS);
const algorithms = (random) => (random.chance(0.7) ? EVERY : random.pick([["HS256", "EdDSA"], ...EVERY.map((algorithm) => [algorithm])]));
