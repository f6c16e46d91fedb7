// 1,000 wrong calls of every kind, after which everything works as before.

import { NO_OPERATION, same } from "./cases.mjs";

const TIMES = 1_000;
// A call of `./worker` takes a message there and back, and most are refused here or there by what `.` has too.
const TIMES_BY_MESSAGE = 10;

const NO_TEXT = [undefined, null, 5, {}, "\ud800", "a".repeat(131_073)];
const NO_OPTIONS = [null, "x", [], { stranger: 1 }];
// RFC 6238 appendix B.
const TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** What of a module has no row, and why. */
const WITHOUT_ROW = {
  "totp.generateSecret": "it takes no argument",
  init: "what is no wasm is refused once, and taken ever after (loading.mjs)",
  TokenError: "a class that nobody but the package makes",
  UnavailableError: "a class that nobody but the package makes",
  AuthError: "a class that nobody but the package makes",
};

// Two of its rows are text like any other, and no token: a TokenError.
const REFUSES_TOKENS = "decodeToken";

/** Operation -> lists of arguments that are wrong in one way each. What an operation makes is called by its name and `()`. */
const wrong = ({ hashes: [{ hash }], tokens: { signed, keys, settings }, issuer }) => {
  const { token } = signed.HS256;
  const whole = { ...settings, algorithms: ["HS256"] };
  const tokenCalls = [
    ...NO_TEXT.map((value) => [value, keys, whole]),
    ...[undefined, null, "key", {}, { keys: [null] }, { kty: "RSA" }, new Uint8Array(31)].map((key) => [token, key, whole]),
    ...[undefined, ...NO_OPTIONS, { ...whole, algorithms: [] }, { ...whole, issuer: "" }, { ...whole, now: NaN }].map((options) => [token, keys, options]),
  ];
  return {
    validateEmail: [[undefined], [null], [5], [{}]],
    validateUsername: [[undefined], [null], [5], [{}]],
    validatePassword: [[undefined], [5], ...NO_OPTIONS.map((options) => ["analytical engine", options])],
    validateRegistration: [[undefined], [null], ["form"], ...NO_OPTIONS.map((options) => [{}, options])],
    hashPassword: [[undefined], [5], ["\ud800"], ...NO_OPTIONS.map((options) => ["x", options]), ["x", { memoryKib: 7 }], ["x", { memoryKib: 1e9 }]],
    verifyPassword: [...NO_TEXT, "", "$argon2id$", "$2b$12$abc", `${hash} `].map((value) => [value, "x"]).concat([[hash, 5], [hash, "\ud800"]]),
    inspectHash: [...NO_TEXT, "", "$argon2id$"].map((value) => [value]),
    passwordStrength: [[undefined], [5], ["\ud800"], ["x", "y"], ["x", [5]]],
    verifyToken: tokenCalls,
    safeVerifyToken: tokenCalls,
    verifyJws: tokenCalls.map(([compact, key, options]) => [compact, key, options === whole ? { algorithms: ["HS256"] } : options]),
    signToken: [[undefined, keys.keys[0]], ["x", keys.keys[0]], [{ a: NaN }, keys.keys[0]], [{}, undefined], [{}, new Uint8Array(31)], [{}, { kty: "OKP" }]],
    validateProfile: [[undefined], [null], ["form"], ...NO_OPTIONS.map((options) => [{}, options])],
    isPermitted: [[undefined, "read", "Task"], ["x", "read", "Task"], [[5], "read", "Task"], [[], 5, "Task"], [[], "read", undefined]],
    decodeToken: [...NO_TEXT, "", "a.b.c"].map((value) => [value]),
    "totp.uri": [
      ...[...NO_TEXT, "", "not base32!"].map((value) => [value, { issuer: "Example", account: "ada" }]),
      ...[undefined, ...NO_OPTIONS, {}, { issuer: "Example" }, { issuer: "", account: "ada" }].map((options) => [TOTP_SECRET, options]),
    ],
    "totp.verify": [
      ...[...NO_TEXT, "", "not base32!"].map((value) => [value, "287082"]),
      ...NO_TEXT.map((value) => [TOTP_SECRET, value]),
      ...[...NO_OPTIONS, { now: "59" }, { now: NaN }, { lastStep: -1 }].map((options) => [TOTP_SECRET, "287082", options]),
    ],
    createVerifier: [
      ...[undefined, ...NO_OPTIONS, {}].map((options) => [options]),
      ...Object.entries({
        jwks: [undefined, null, "key", { kty: NaN }],
        jwksUrl: ["https://auth.example/.well-known/jwks.json"],
        issuer: [undefined, "", 5, "\ud800"],
        audience: [undefined, "", 5, "\ud800"],
        revocationsUrl: ["", "http://auth.example/", "https://ada@auth.example/", 5, "https://auth.example/"],
        maxStaleSec: [0, 1.5, 86_401, "300"],
        algorithms: [null, "HS256", [], [5], [""]],
        fetch: [null, {}],
        now: [null, 5],
        onFailure: [null, {}],
      }).flatMap(([name, values]) => values.map((value) => [{ ...guarding(issuer), [name]: value }])),
    ],
    "createVerifier()": [...NO_TEXT, [], { headers: {} }, { headers: { authorization: `Bearer ${token}` } }].map((value) => [value]),
    createAuthClient: [
      ...[{ stranger: 1 }, { storage: NOTHING_KEPT }].map((options) => [options]),
      ...Object.entries({
        baseURL: [undefined, null, 5, "", "/", "http://evil.example", "https://ada@auth.example", "https://auth.example/?query", "data:,"],
        storage: [{}, 5, "x"],
        fetch: [null, {}, "x"],
        stranger: [1],
      }).flatMap(([name, values]) => values.map((value) => [{ baseURL: "https://auth.example", storage: NOTHING_KEPT, [name]: value }])),
    ],
  };
};

const NOTHING_KEPT = { getItem: () => null, setItem() {}, removeItem() {} };

/** The options of a verifier that is told all it needs. */
const guarding = ({ jwks, claims, now }) => ({ jwks, issuer: claims.iss, audience: claims.aud, now: () => now });

/**
 * Of the object that `init` gives, whose twins at top level are the same calls by promises, and of what a module has
 * beside them.
 *
 * @param {[string, object][]} subjects the module under its name, and that object where there is one (loading.mjs)
 */
export async function wrongCalls([[name, module], [core, synchronous] = [name, {}]], facts, check) {
  const { signed, keys, settings } = facts.tokens;
  const inner = paths(synchronous);
  const outer = paths(module).filter(([path]) => inner.every(([known]) => known !== path));
  const made = "createVerifier" in module ? [["createVerifier()", module.createVerifier(guarding(facts.issuer))]] : [];
  const rows = wrong(facts);
  const times = name.endsWith("/worker") ? TIMES_BY_MESSAGE : TIMES;
  for (const [path, operation] of inner) await refusals(`${core} ${path}`, path, operation);
  for (const [path, operation] of [...outer, ...made]) await refusals(`${name} ${path}`, path, operation);

  const stillWorks = {
    validateEmail: async (operation) => same((await operation("ada@example.com")).ok, true),
    hashPassword: async (operation) => same(/^\$argon2id\$/.test(await operation("analytical engine")), true),
    verifyPassword: async (operation) => same(await operation(facts.hashes[0].hash, facts.hashes[0].password), true),
    verifyToken: async (operation) => same((await operation(signed.HS256.token, keys, { ...settings, algorithms: ["HS256"] })).claims.sub, "123"),
  };
  if (made.length > 0) {
    const [[, verify]] = made;
    await check(`${name} createVerifier works after the wrong calls`, async () => same(await verify(facts.issuer.tokens.EdDSA), facts.issuer.claims));
  }
  for (const [operation, works] of Object.entries(stillWorks)) {
    if (operation in synchronous) await check(`${core} ${operation} works after the wrong calls`, () => works(synchronous[operation]));
  }

  async function refusals(title, path, operation) {
    const calls = rows[path];
    if (calls === undefined) {
      return check(`${title} has wrong calls, or a reason to have none`, () => same(Object.hasOwn(WITHOUT_ROW, path), true));
    }
    return check(`${title} refuses ${calls.length} kinds of wrong calls, ${times} times each`, async () => {
      let refused = 0;
      for (const args of calls) {
        for (let time = 0; time < times; time += 1) refused += await isRefused(path, () => operation(...args));
      }
      same(refused, calls.length * times);
    });
  }
}

/** The functions of a module or an object by name, `totp.verify` for one of a group. */
function paths(tree) {
  const named = Object.entries(tree).filter(([name]) => !NO_OPERATION.includes(name));
  return named.flatMap(([name, branch]) =>
    typeof branch === "function" ? [[name, branch]] : Object.entries(branch).map(([inner, call]) => [`${name}.${inner}`, call]),
  );
}

/** A `TypeError` with a code; one that is no refusal of ours, or a trap of the wasm, has none. */
async function isRefused(path, action) {
  try {
    await action();
  } catch (error) {
    if (typeof error.code === "string" && (error instanceof TypeError || path === REFUSES_TOKENS)) return 1;
    throw error;
  }
  return 0;
}
