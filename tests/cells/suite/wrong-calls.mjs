// 1,000 wrong calls of every kind, after which everything works as before.

import { same } from "./cases.mjs";

const TIMES = 1_000;
// A call of `./worker` takes a message there and back, and most are refused here or there by what `.` has too.
const TIMES_BY_MESSAGE = 10;

const NO_TEXT = [undefined, null, 5, {}, "\ud800", "a".repeat(131_073)];
const NO_OPTIONS = [null, "x", [], { stranger: 1 }];

/** Operation -> lists of arguments that are wrong in one way each. */
const wrong = ({ hashes: [{ hash }], tokens: { signed, keys, settings } }) => {
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
    verifyJws: tokenCalls.map(([compact, key, options]) => [compact, key, options === whole ? { algorithms: ["HS256"] } : options]),
    signToken: [[undefined, keys.keys[0]], ["x", keys.keys[0]], [{ a: NaN }, keys.keys[0]], [{}, undefined], [{}, new Uint8Array(31)], [{}, { kty: "OKP" }]],
    validateProfile: [[undefined], [null], ["form"], ...NO_OPTIONS.map((options) => [{}, options])],
    isPermitted: [[undefined, "read", "Task"], ["x", "read", "Task"], [[5], "read", "Task"], [[], 5, "Task"], [[], "read", undefined]],
    decodeToken: [...NO_TEXT, "", "a.b.c"].map((value) => [value]),
  };
};

/** Of the object that `init` gives: its twins at top level are the same calls by promises. */
export async function wrongCalls(subject, operations, facts, check) {
  if (!subject.endsWith("init()")) return;
  const times = subject.includes("/worker") ? TIMES_BY_MESSAGE : TIMES;
  const known = Object.entries(wrong(facts)).filter(([operation]) => operation in operations);
  for (const [operation, calls] of known) {
    await check(`${subject} ${operation} refuses ${calls.length} kinds of wrong calls, ${times} times each`, async () => {
      let refused = 0;
      for (const args of calls) {
        for (let time = 0; time < times; time += 1) refused += await isRefused(() => operations[operation](...args));
      }
      same(refused, calls.length * times);
    });
  }
  const { signed, keys, settings } = facts.tokens;
  const stillWorks = {
    validateEmail: async (operation) => same((await operation("ada@example.com")).ok, true),
    hashPassword: async (operation) => same(/^\$argon2id\$/.test(await operation("analytical engine")), true),
    verifyPassword: async (operation) => same(await operation(facts.hashes[0].hash, facts.hashes[0].password), true),
    verifyToken: async (operation) => same((await operation(signed.HS256.token, keys, { ...settings, algorithms: ["HS256"] })).claims.sub, "123"),
  };
  for (const [operation, works] of Object.entries(stillWorks)) {
    if (operation in operations) await check(`${subject} ${operation} works after the wrong calls`, () => works(operations[operation]));
  }
}

/** An error with a code; a trap of the wasm has none. */
async function isRefused(action) {
  try {
    await action();
  } catch (error) {
    if (typeof error.code === "string" && !(error instanceof WebAssembly.RuntimeError)) return 1;
    throw error;
  }
  return 0;
}
