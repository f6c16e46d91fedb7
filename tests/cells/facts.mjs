// What the suite cannot make for itself: tokens that Node's crypto has signed, and hashes of the shared vectors.

import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";

import { vectors } from "../parity/vectors.mjs";

const NOW = 1_700_000_000;
const SECRET = Buffer.from("forty bytes of a secret nobody will keep");

// KiB times passes: hashes that every cell can verify in a moment, many times over.
const CHEAP = 1_024;
// KiB, passes and lanes.
const USUAL = "19456,2,1";

// The keys that an issuer may publish, and how each signs.
const PAIRS = {
  EdDSA: generateKeyPairSync("ed25519"),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  RS256: generateKeyPairSync("rsa", { modulusLength: 2_048 }),
};
const SIGNERS = {
  HS256: (content) => createHmac("sha256", SECRET).update(content).digest(),
  EdDSA: (content) => sign(null, content, PAIRS.EdDSA.privateKey),
  ES256: (content) => sign("sha256", content, { key: PAIRS.ES256.privateKey, dsaEncoding: "ieee-p1363" }),
  RS256: (content) => sign("sha256", content, PAIRS.RS256.privateKey),
};

export const facts = { hashes: hashes(), tokens: tokens(), issuer: issuer() };

/** A token in its compact form; its key is named after the algorithm. */
function compact(header, payload) {
  const content = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${content}.${SIGNERS[header.alg](Buffer.from(content)).toString("base64url")}`;
}

function hashes() {
  const verifiable = vectors("phc").cases.filter(({ valid, password }) => valid && password !== undefined);
  const cheap = verifiable.filter(({ memory_kib, iterations }) => memory_kib * iterations <= CHEAP);
  // One that another implementation has made at the cost that the package takes unasked, which fills a memory of many pages.
  const usual = verifiable.find(({ memory_kib, iterations, parallelism, matches }) => matches && [memory_kib, iterations, parallelism].join() === USUAL);
  const known = [...cheap, usual].map(({ input, password, matches, memory_kib, iterations, parallelism, needs_rehash }) => ({
    hash: input,
    password,
    matches,
    inspected: { algorithm: "argon2id", m: memory_kib, t: iterations, p: parallelism, needsRehash: needs_rehash },
  }));
  // The first one is taken for the hash of a password that matches, at little cost.
  return known.sort((one, other) => Number(other.matches) - Number(one.matches));
}

function tokens() {
  const claims = { iss: "https://auth.example", sub: "123", aud: "default", iat: NOW, exp: NOW + 3_600, jti: "one" };
  const signed = (algorithm, payload) => {
    const header = { alg: algorithm, kid: algorithm, typ: "at+jwt" };
    return { header, token: compact(header, payload) };
  };
  const publicKeys = Object.entries(PAIRS).map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: "jwk" }), kid }));
  const shared = { kty: "oct", k: SECRET.toString("base64url"), kid: "HS256" };
  const privateHalves = Object.entries(PAIRS).map(([kid, { privateKey }]) => [kid, { ...privateKey.export({ format: "jwk" }), kid }]);
  return {
    claims,
    privateKeys: { HS256: shared, ...Object.fromEntries(privateHalves) },
    payload: JSON.stringify(claims),
    settings: { issuer: claims.iss, audience: claims.aud, now: NOW },
    secret: SECRET.toString("base64"),
    keys: { keys: [shared, ...publicKeys] },
    signed: Object.fromEntries(Object.keys(SIGNERS).map((algorithm) => [algorithm, signed(algorithm, claims)])),
    expired: signed("HS256", { ...claims, iat: NOW - 7_200, exp: NOW - 3_600 }).token,
  };
}

/** An issuer that publishes a key of each algorithm and one revoked session: tokens of each key, and the list signed by each. */
function issuer() {
  const byEach = (typ, payload) =>
    Object.fromEntries(Object.keys(PAIRS).map((algorithm) => [algorithm, compact({ alg: algorithm, kid: algorithm, typ }, payload)]));
  const jwk = ([alg, { publicKey }]) => ({ ...publicKey.export({ format: "jwk" }), kid: alg, alg, use: "sig" });
  const iss = "https://auth.example";
  const claims = {
    iss, sub: "123", aud: "default", iat: NOW, exp: NOW + 3_600, jti: "AAECAwQFBgcICQoLDA0ODw", sid: "EBESExQVFhcYGRobHB0eHw",
    auth_time: NOW, amr: ["pwd"],
  };
  const sid = "AAAAAAAAAAAAAAAAAAAAAA";
  // The first 8 bytes of the session's SHA-256 stand for it in the list.
  const sessions = createHash("sha256").update(sid).digest().subarray(0, 8).toString("base64url");
  return {
    now: NOW,
    claims,
    tokens: byEach("at+jwt", claims),
    revoked: byEach("at+jwt", { ...claims, sid }),
    jwks: { keys: Object.entries(PAIRS).map(jwk) },
    lists: byEach("revocations+jwt", { iss, iat: NOW, next: NOW + 60, sessions, users: "", grants: "", roles: {} }),
  };
}
