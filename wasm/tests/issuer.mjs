// An issuer that the tests own: its keys, its tokens, its lists, and the web that its documents are fetched from.

import { createHash, generateKeyPairSync, sign } from "node:crypto";

export const ISSUER = "https://auth.example";
export const JWKS_URL = `${ISSUER}/.well-known/jwks.json`;
export const REVOCATIONS_URL = `${ISSUER}/.well-known/revocations`;
export const START = 1_700_000_000;

const base64url = (data) => Buffer.from(data).toString("base64url");

// How the keys that may be published are made, and the digest that is signed: Ed25519 has its own.
const PAIRS = {
  EdDSA: [() => generateKeyPairSync("ed25519"), null],
  ES256: [() => generateKeyPairSync("ec", { namedCurve: "P-256" }), "sha256"],
  RS256: [() => generateKeyPairSync("rsa", { modulusLength: 2_048 }), "sha256"],
};

/** Every algorithm that `createVerifier` takes unasked. */
export const PUBLISHED = Object.keys(PAIRS);

/** A key of an issuer under this name. */
export function signer(kid, alg = "EdDSA") {
  const [pair, digest] = PAIRS[alg];
  const { privateKey, publicKey } = pair();
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" };
  const signed = (typ, payload) => {
    const message = [{ alg, kid, typ }, payload].map((part) => base64url(JSON.stringify(part))).join(".");
    return `${message}.${base64url(sign(digest, Buffer.from(message), key))}`;
  };
  return {
    jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" },
    token: (claims) => signed("at+jwt", { ...CLAIMS, ...claims }),
    list: (content) => signed("revocations+jwt", { ...EMPTY, ...content }),
  };
}

export const CLAIMS = {
  iss: ISSUER, sub: "123", aud: "default", iat: START, exp: START + 3600, jti: "AAECAwQFBgcICQoLDA0ODw",
  sid: "EBESExQVFhcYGRobHB0eHw", auth_time: START, amr: ["pwd"],
};

const EMPTY = { iss: ISSUER, iat: START, next: START + 60, sessions: "", users: "", grants: "", roles: {} };

/** What lists hold of these sessions. */
export function ended(...sids) {
  const marks = sids.map((sid) => createHash("sha256").update(sid).digest().subarray(0, 8));
  return base64url(Buffer.concat(marks.sort(Buffer.compare)));
}

/**
 * A web of two documents and a clock. What is put under `jwks` and `revocations` answers: a value for its JSON or text,
 * a `Response`, a function of the request, or an `Error`. `asked` notes each request.
 */
export class Web {
  now = START;
  asked = [];
  failures = [];
  documents = {};

  constructor(documents) {
    Object.assign(this.documents, documents);
  }

  /** The options of a verifier that lives in this web. */
  options(options) {
    return {
      issuer: ISSUER, audience: "default", jwksUrl: JWKS_URL, revocationsUrl: REVOCATIONS_URL, maxStaleSec: 300,
      fetch: this.fetch, now: () => this.now, onFailure: (failure) => this.failures.push(failure), ...options,
    };
  }

  /** How often a document was asked for. */
  count = (name) => this.asked.filter((request) => request.name === name).length;

  fetch = async (url, request) => {
    const name = { [JWKS_URL]: "jwks", [REVOCATIONS_URL]: "revocations" }[url];
    this.asked.push({ name, url, ...request });
    const document = this.documents[name];
    const answered = typeof document === "function" ? await document(request) : document;
    if (answered instanceof Error) throw answered;
    if (answered instanceof Response) return typeof document === "function" ? answered : answered.clone();
    const isBody = typeof answered === "string" || answered instanceof Uint8Array;
    return new Response(isBody ? answered : JSON.stringify(answered));
  };
}

/** A request with these values of `Authorization`. */
export function asking(...values) {
  const request = new Request("https://edge.example/");
  for (const value of values) request.headers.append("authorization", value);
  return request;
}

/** Lets all that is under way come to its end, but what waits for a timer. */
export const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
