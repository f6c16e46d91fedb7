// How quick the package is in Node, beside others: `make speed`. Medians of rounds that take turns with one other's, since a
// machine is seldom quiet; a ratio says more than a time. Never with two others': what the one leaves to be collected or
// unmapped would be paid for by the next.

import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tools = process.env.COUNTERSIGN_TOOLS ?? join(root, ".tools");
const dist = join(root, "wasm/pkg/dist");
const require = createRequire(join(tools, "node/index.js"));
const other = (name) => import(pathToFileURL(require.resolve(name)).href);

const ROUNDS = 25;
// Long enough that the clock's grain does not show.
const ROUND_MS = 20;
// Before anything is counted: an engine makes good code only of what it has seen run often, and a verifier that is asked at
// every request is soon such.
const WARM_UP_MS = 200;

const core = await (await import(pathToFileURL(join(dist, "node.js")).href)).init();
const edge = await (await import(pathToFileURL(join(dist, "verify/node.js")).href)).init();
const [jose, fastJwt, hashWasm, setup] = await Promise.all(["jose", "fast-jwt", "hash-wasm", "argon2id/lib/setup.js"].map(other));

const rows = [...(await passwords()), ...(await tokens()), ...(await forms()), starts()];
console.table(Object.fromEntries(rows.map(({ what, ...row }) => [what, row])));

/** OWASP's first choice of Argon2id, by all three. */
async function passwords() {
  const salt = new Uint8Array(16).fill(7);
  const password = new TextEncoder().encode("analytical engine");
  // Its own entry wants a bundler for the wasm.
  const instance = (file) => (imports) => WebAssembly.instantiate(readFileSync(require.resolve(`argon2id/dist/${file}`)), imports);
  const argon2id = await setup.default(instance("simd.wasm"), instance("no-simd.wasm"));
  const ours = () => core.hashPassword(password, { salt });
  const cost = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 };
  const theirs = () => hashWasm.argon2id({ password, salt, ...cost, outputType: "encoded" });
  if (ours() !== (await theirs())) throw new Error("hash-wasm made another hash");
  const openpgp = () => argon2id({ password, salt, memorySize: 19_456, passes: 2, parallelism: 1, tagLength: 32 });
  return [
    row("Argon2id (19456, 2, 1), hash-wasm", await medians([ours, theirs], 1), "at most 0.70"),
    row("Argon2id (19456, 2, 1), openpgpjs argon2id", await medians([ours, openpgp], 1), "at most 0.80"),
  ];
}

/** An access token as the server makes it, verified by `./verify`; of jose the key is imported before, where it can be. */
async function tokens() {
  const now = Math.floor(Date.now() / 1000);
  const id = "AAAAAAAAAAAAAAAAAAAAAA";
  const claims = { iss: "https://auth.example", sub: "7", aud: "default", iat: now, exp: now + 3600, jti: id, sid: id, auth_time: now, amr: ["pwd"] };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const expected = { issuer: claims.iss, audience: claims.aud };
  const made = (alg, signed) => {
    const content = `${part({ alg, typ: "at+jwt" })}.${part(claims)}`;
    return `${content}.${signed(content).toString("base64url")}`;
  };

  const secret = new TextEncoder().encode("a secret that has 32 bytes or more");
  const hs256 = made("HS256", (content) => createHmac("sha256", secret).update(content).digest());
  const byHand = { algorithms: ["HS256"], ...expected };
  const fast = fastJwt.createVerifier({ key: Buffer.from(secret), algorithms: ["HS256"], allowedIss: claims.iss, allowedAud: claims.aud, cache: false });
  const ours = () => edge.verifyToken(hs256, secret, byHand);
  const joses = () => jose.jwtVerify(hs256, secret, { ...byHand, typ: "at+jwt" });

  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = publicKey.export({ format: "jwk" });
  const eddsa = made("EdDSA", (content) => sign(null, Buffer.from(content), privateKey));
  const imported = await jose.importJWK(jwk, "EdDSA");
  const oursEddsa = () => edge.verifyToken(eddsa, jwk, { algorithms: ["EdDSA"], ...expected });
  const josesEddsa = () => jose.jwtVerify(eddsa, imported, { algorithms: ["EdDSA"], ...expected, typ: "at+jwt" });
  return [
    row("HS256 verify, jose", await medians([ours, joses]), "at most 0.05"),
    row("HS256 verify, fast-jwt without its cache", await medians([ours, () => fast(hs256)]), "at most 1.00"),
    row("EdDSA verify, jose", await medians([oursEddsa, josesEddsa]), "at most 1.00"),
  ];
}

async function forms() {
  const form = { username: "ada", email: "Ada@Example.com", password: "analytical engine", name: "Ada Lovelace", phone: "+1 555 123 4567" };
  const [ours] = await medians([() => core.validateRegistration(form)]);
  return [{ what: "a whole form", "µs": round(ours), wanted: "under 50 µs" }];
}

/** In a process of its own each time, from before the import to the first answer that needs the wasm. */
function starts() {
  const entry = JSON.stringify(pathToFileURL(join(dist, "node.js")).href);
  const text = `
    const { init } = await import(${entry});
    const start = performance.now();
    await init();
    console.log(performance.now() - start);`;
  const times = Array.from({ length: ROUNDS }, () =>
    Number(execFileSync(process.execPath, ["--input-type=module", "--eval", text], { encoding: "utf8" })),
  );
  return { what: "init()", "µs": round(median(times) * 1000), wanted: "under 15,000 µs" };
}

/** The median time of each call in µs, over rounds that take turns. */
async function medians(calls, count) {
  const counts = [];
  for (const call of calls) {
    for (const start = performance.now(); performance.now() - start < WARM_UP_MS; ) await timed(call, 1);
    counts.push(count ?? Math.max(1, Math.round(ROUND_MS / (await timed(call, 20)))));
  }
  const times = calls.map(() => []);
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const [index, call] of calls.entries()) times[index].push(await timed(call, counts[index]));
  }
  return times.map((each) => median(each) * 1000);
}

/** Milliseconds for one call. A promise is awaited and nothing else, so that what is synchronous is measured so. */
async function timed(call, count) {
  const start = performance.now();
  for (let done = 0; done < count; done += 1) {
    const answer = call();
    if (answer instanceof Promise) await answer;
  }
  return (performance.now() - start) / count;
}

function row(what, [ours, theirs], wanted) {
  return { what, "µs": round(ours), "theirs, µs": round(theirs), ratio: (ours / theirs).toFixed(2), wanted };
}

function median(values) {
  return [...values].sort((one, two) => one - two)[Math.floor(values.length / 2)];
}

function round(value) {
  return Number(value.toPrecision(3));
}
