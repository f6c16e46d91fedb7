// Wrong arguments, odd ones, and what a hostile page can do to prototypes.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { runInNewContext } from "node:vm";

import { countersign, imported } from "./installed.mjs";

const secret = new TextEncoder().encode("forty bytes of a secret nobody will keep");
const settings = { algorithms: ["HS256"], issuer: "https://auth.example", audience: "default", now: 1_700_000_000 };
const token = signed({ iss: settings.issuer, sub: "123", aud: "default", iat: settings.now, exp: settings.now + 60 });
const hash = countersign.hashPassword("analytical engine", { memoryKib: 8, iterations: 1 });
const grant = { action: "read", resource: "Task" };
const form = { username: "ada", email: "ada@example.com", password: "analytical engine" };

function signed(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${part({ alg: "HS256", typ: "at+jwt" })}.${part(claims)}`;
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
}

function everythingWorks() {
  assert.ok(countersign.validateRegistration(form).ok);
  assert.ok(countersign.verifyPassword(hash, "analytical engine"));
  assert.equal(countersign.verifyToken(token, secret, settings).claims.sub, "123");
}

const NO_TEXT = [undefined, null, 0, NaN, true, 1n, Symbol("s"), [], ["ada"], {}, new String("ada"), () => "ada", new Date(0)];
const NO_PASSWORD = [...NO_TEXT, new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), new Uint16Array(8), new Uint8ClampedArray(8)];
const NO_OPTIONS = [null, 0, "options", true, [], new Uint8Array(4), () => ({})];
const NO_KEY = [undefined, null, 0, "key", true, [], {}, new ArrayBuffer(32), new Uint8Array(31), new Uint16Array(32), { kty: "RSA" }, { keys: "x" }, { keys: [null] }, { kty: "oct", k: 5 }, { kty: "oct", k: () => "x" }, cyclic(), { kty: "oct", k: 1n }, { keys: [,] }];

function cyclic() {
  const key = { kty: "oct" };
  key.self = key;
  return key;
}

// Of RFC 6238 appendix B, in base32.
const TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/** An operation by its name, `totp.verify` for one of a group. */
const operation = (module, name) => name.split(".").reduce((place, part) => place[part], module);

// Each row: a call, and the values that are wrong in its place.
const WRONG = [
  ["validateEmail", (value) => [value], NO_TEXT],
  ["validateUsername", (value) => [value], NO_TEXT],
  ["validatePassword", (value) => [value], NO_PASSWORD],
  ["validatePassword", (value) => ["analytical engine", value], NO_OPTIONS],
  ["validatePassword", (value) => ["analytical engine", { passwordMinLength: value }], [null, 7, 129, 8.5, "8", NaN, Infinity]],
  ["validatePassword", (value) => ["analytical engine", { username: value }], [null, 0, {}, "\ud800"]],
  ["validatePassword", (value) => ["analytical engine", { email: value }], [null, 0, {}, "\ud800"]],
  ["validatePassword", (value) => ["analytical engine", { [value]: 8 }], ["minLength", "password_min_length", "PasswordMinLength"]],
  ["validateRegistration", (value) => [value], [undefined, null, 0, "form", [], new Uint8Array(1), () => ({})]],
  ["validateRegistration", (value) => [form, value], NO_OPTIONS],
  ["validateRegistration", (value) => [form, { usernameRequired: value }], [null, 0, "yes", {}]],
  ["hashPassword", (value) => [value], NO_PASSWORD],
  ["hashPassword", (value) => ["analytical engine", value], NO_OPTIONS],
  ["hashPassword", (value) => ["analytical engine", { memoryKib: value }], [0, 7, -8, 8.5, "8", null, NaN, 262_145, 1e20, Infinity]],
  ["hashPassword", (value) => ["analytical engine", { memoryKib: 8, iterations: value }], [0, -1, 1.5, "1", null, 17, 2 ** 32]],
  ["hashPassword", (value) => ["analytical engine", { memoryKib: 64, parallelism: value }], [0, 9, 17, 1.5, "1", null]],
  ["hashPassword", (value) => ["analytical engine", { salt: value }], [null, "0123456789abcdef", new Uint8Array(15), new Uint8Array(17), new Uint16Array(16), []]],
  ["hashPassword", (value) => ["analytical engine", { [value]: 8 }], ["memory", "memoryKiB", "secret"]],
  ["verifyPassword", (value) => [value, "analytical engine"], [...NO_TEXT, "", "x", "analytical engine", `${hash} `, "$2b$12$abc"]],
  ["verifyPassword", (value) => [hash, value], NO_PASSWORD],
  ["inspectHash", (value) => [value], [...NO_TEXT, "", "$argon2id$"]],
  ["signToken", (value) => [value, secret], [undefined, null, 0, "{}", true, [], new Uint8Array(2), () => ({}), { sub: 1n }, { sub: NaN }, { sub: "\ud800" }, cyclic()]],
  ["signToken", (value) => [{ sub: "1" }, value], NO_KEY],
  ["verifyToken", (value) => [value, secret, settings], NO_TEXT],
  ["verifyToken", (value) => [token, value, settings], NO_KEY],
  ["verifyToken", (value) => [token, secret, value], [undefined, ...NO_OPTIONS, {}]],
  ["verifyToken", (value) => [token, secret, { ...settings, algorithms: value }], [undefined, null, "HS256", [], ["none"], ["PS256"], ["hs256"], ["HS256", "HS256 "], [["HS256"]], [,], { 0: "HS256", length: 1 }]],
  ["verifyToken", (value) => [token, secret, { ...settings, issuer: value }], [undefined, null, "", 5, ["https://auth.example"], "\udfff"]],
  ["verifyToken", (value) => [token, secret, { ...settings, audience: value }], [undefined, null, "", 5, ["default"], "\udfff"]],
  ["verifyToken", (value) => [token, secret, { ...settings, now: value }], [null, "0", NaN, Infinity, 1n, new Date()]],
  ["verifyToken", (value) => [token, secret, { ...settings, [value]: 1 }], ["clockTolerance", "algorithm", "maxAge"]],
  ["safeVerifyToken", (value) => [value, secret, settings], NO_TEXT],
  ["safeVerifyToken", (value) => [token, value, settings], NO_KEY],
  ["verifyJws", (value) => [value, secret, { algorithms: ["HS256"] }], NO_TEXT],
  ["verifyJws", (value) => [token, value, { algorithms: ["HS256"] }], NO_KEY],
  ["verifyJws", (value) => [token, secret, { algorithms: value }], [undefined, "HS256", [], ["none"]]],
  ["decodeToken", (value) => [value], NO_TEXT],
  ["isPermitted", (value) => [value, "read", "Task"], [undefined, null, 0, "read", {}, ["read"], [null], [{}], [{ action: "read" }], [{ action: "read", resource: 5 }], [{ ...grant, effect: "deny" }], [Object.create(grant)]]],
  ["isPermitted", (value) => [[grant], value, "Task"], NO_TEXT],
  ["isPermitted", (value) => [[grant], "read", value], NO_TEXT],
  ["validateProfile", (value) => [value], [undefined, null, 0, "form", [], new Uint8Array(1), () => ({})]],
  ["validateProfile", (value) => [{}, value], NO_OPTIONS],
  ["validateProfile", (value) => [{}, { account: value }], [null, 0, "ada", [], new Uint8Array(1)]],
  ["validateProfile", (value) => [{}, { account: { email: value } }], [0, {}, ["ada@example.com"], "\ud800"]],
  ["validateProfile", (value) => [{}, { passwordMinLength: value }], [null, 7, 129, 8.5, "8"]],
  ["totp.uri", (value) => [value, { issuer: "Example", account: "ada" }], [...NO_TEXT, "", "GEZDGNBVGY3TQOJQ", "1".repeat(32)]],
  ["totp.uri", (value) => [TOTP_SECRET, value], [undefined, ...NO_OPTIONS, {}, { issuer: "Example" }, { account: "ada" }]],
  ["totp.uri", (value) => [TOTP_SECRET, { issuer: value, account: "ada" }], [null, "", 5, ["Example"], "\ud800"]],
  ["totp.verify", (value) => [value, "287082"], [...NO_TEXT, "", "GEZDGNBVGY3TQOJQ", "1".repeat(32)]],
  ["totp.verify", (value) => [TOTP_SECRET, value], NO_TEXT],
  ["totp.verify", (value) => [TOTP_SECRET, "287082", value], NO_OPTIONS],
  ["totp.verify", (value) => [TOTP_SECRET, "287082", { now: value }], [null, "59", NaN, Infinity, 1n]],
  ["totp.verify", (value) => [TOTP_SECRET, "287082", { lastStep: value }], [null, "1", -1, 1.5, NaN, Infinity, 2 ** 53]],
];
const everyWrongCall = WRONG.flatMap(([name, args, values]) => values.map((value) => [name, args(value)]));

for (const name of new Set(WRONG.map(([name]) => name))) {
  test(`a wrong argument of ${name} is a TypeError with a code`, async () => {
    for (const [called, args] of everyWrongCall) {
      if (called !== name) continue;
      const wrong = (error) => error instanceof TypeError && /^[a-z_]+$/.test(error.code) && error.message !== "";
      const shown = args.map((arg) => (typeof arg === "symbol" || typeof arg === "object" ? typeof arg : String(arg)));
      assert.throws(() => operation(countersign, name)(...args), wrong, `${name} ${shown}`);
      await assert.rejects(operation(imported, name)(...args), wrong);
    }
    everythingWorks();
  });
}

test("every operation has rows in the table of wrong arguments", () => {
  const names = Object.entries(countersign).flatMap(([name, inner]) =>
    typeof inner === "function" ? [name] : Object.keys(inner).map((part) => `${name}.${part}`),
  );
  // What takes no argument takes none that is wrong.
  const takingSome = names.filter((name) => name !== "totp.generateSecret");
  assert.deepEqual(takingSome.sort(), [...new Set(WRONG.map(([name]) => name))].sort());
});

test("after thousands of wrong calls everything works as before", () => {
  let calls = 0;
  while (calls < 3_000) {
    for (const [name, args] of everyWrongCall) {
      assert.throws(() => operation(countersign, name)(...args));
      calls += 1;
    }
  }
  everythingWorks();
});

test("text with half of a surrogate pair never reaches the wasm", async () => {
  const guarding = { ...settings, jwks: { kty: "oct", k: Buffer.from(secret).toString("base64url") }, now: () => settings.now };
  const verify = imported.createVerifier(guarding);
  for (const broken of ["\ud800", "ada\udfff@example.com", "analytical engine \ud83d", "\ude00\ud83d"]) {
    const issue = (field) => ({
      ok: false,
      issues: [{ field, code: "invalid_characters", message: "This field is not valid Unicode." }],
    });
    assert.deepEqual(countersign.validateEmail(broken), issue("email"));
    assert.deepEqual(countersign.validateUsername(broken), issue("username"));
    assert.deepEqual(countersign.validatePassword(broken), issue("password"));
    for (const field of [...Object.keys(form), "name", "first_name", "last_name", "phone", "application_id"]) {
      assert.deepEqual(countersign.validateRegistration({ ...form, [field]: broken }), issue(field));
    }
    const refusal = { name: "TypeError", code: "invalid_characters" };
    for (const call of [
      () => countersign.hashPassword(broken),
      () => countersign.verifyPassword(hash, broken),
      () => countersign.verifyPassword(broken, "analytical engine"),
      () => countersign.inspectHash(broken),
      () => countersign.verifyToken(broken, secret, settings),
      () => countersign.verifyToken(token, { kty: "oct", k: broken }, settings),
      () => countersign.verifyToken(token, { kty: "oct", [broken]: "" }, settings),
      () => countersign.verifyJws(broken, secret, { algorithms: ["HS256"] }),
      () => countersign.decodeToken(broken),
    ]) {
      assert.throws(call, refusal);
    }
    for (const subject of [broken, `${token}${broken}`]) await assert.rejects(verify(subject), refusal);
    for (const given of [{ issuer: broken }, { audience: broken }, { algorithms: [broken] }, { jwks: { kty: "oct", k: broken } }, { revocationsUrl: broken }]) {
      assert.throws(() => imported.createVerifier({ ...guarding, ...given }), refusal, Object.keys(given)[0]);
    }
  }
  // A whole pair is one character like any other.
  assert.ok(countersign.validatePassword("analytical 😀").ok);
});

test("fields that wasm was not shown stand among the faults of the others, in the order of the form", () => {
  const verdict = countersign.validateRegistration({ username: "-", email: "\ud800", password: "x", name: "\udc00", phone: 5 });
  assert.deepEqual(
    verdict.issues.map(({ field, code }) => [field, code]),
    [
      ["username", "invalid_format"],
      ["email", "invalid_characters"],
      ["password", "too_short"],
      ["name", "invalid_characters"],
      ["phone", "invalid_type"],
    ],
  );
});

test("bytes are a password when they are UTF-8", () => {
  const bytes = new TextEncoder().encode("zoë's engine");
  assert.deepEqual(countersign.validatePassword(bytes), { ok: true, value: "zoë's engine" });
  assert.equal(countersign.validateRegistration({ ...form, password: bytes }).value.password, "zoë's engine");
  const cheap = { memoryKib: 8, iterations: 1 };
  assert.ok(countersign.verifyPassword(countersign.hashPassword(bytes, cheap), "zoë's engine"));
  assert.ok(countersign.verifyPassword(countersign.hashPassword("zoë's engine", cheap), Buffer.from(bytes)));
  // A mark at the front is a character of the password, not to be dropped in silence.
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...bytes]);
  assert.equal(countersign.validatePassword(marked).value, "\ufeffzoë's engine");
  assert.ok(!countersign.verifyPassword(countersign.hashPassword(marked, cheap), bytes));
  for (const broken of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const password = new Uint8Array([...bytes, ...broken]);
    assert.equal(countersign.validatePassword(password).issues[0].code, "invalid_characters");
    assert.equal(countersign.validateRegistration({ ...form, password }).issues[0].code, "invalid_characters");
    const refusal = { name: "TypeError", code: "invalid_characters" };
    assert.throws(() => countersign.hashPassword(password, cheap), refusal);
    assert.throws(() => countersign.verifyPassword(hash, password), refusal);
  }
});

test("a hash costs what OWASP asks for unless it is told otherwise, and has a salt of its own", () => {
  const [one, other] = [countersign.hashPassword("x"), countersign.hashPassword("x", {})];
  for (const hash of [one, other]) assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(one.split("$")[4], other.split("$")[4]);
});

test("arguments are read when the call is made, and left as they were", async () => {
  const password = new TextEncoder().encode("analytical engine");
  const salt = new Uint8Array(16).fill(1);
  const pending = imported.hashPassword(password, { memoryKib: 8, iterations: 1, salt });
  password.fill(0);
  salt.fill(0);
  assert.ok(countersign.verifyPassword(await pending, "analytical engine"));
  assert.match(await pending, /\$AQEBAQEBAQEBAQEBAQEBAQ\$/);

  const key = new Uint8Array(secret);
  countersign.verifyToken(token, key, settings);
  assert.deepEqual(key, secret);
});

test("a Uint8Array that lies about its length is still only its bytes", () => {
  const liar = new Uint8Array(16);
  Object.defineProperty(liar, "length", { value: 1 << 30 });
  assert.match(countersign.hashPassword("x", { memoryKib: 8, iterations: 1, salt: liar }), /\$AAAAAAAAAAAAAAAAAAAAAA\$/);
  everythingWorks();
});

test("values of another realm are taken", () => {
  const foreign = runInNewContext(`({
    form: { username: "ada", email: "ada@example.com", password: new Uint8Array([...Array(12).keys()].map((n) => 97 + n)) },
    algorithms: ["HS256"],
    secret: (bytes) => Uint8Array.from(bytes),
  })`);
  assert.equal(countersign.validateRegistration(foreign.form).value.password, "abcdefghijkl");
  const options = { ...settings, algorithms: foreign.algorithms };
  assert.equal(countersign.verifyToken(token, foreign.secret(secret), options).claims.sub, "123");
});

test("only own properties are read", () => {
  const inherited = (values) => Object.create(values);
  assert.throws(() => countersign.verifyToken(token, secret, inherited(settings)), TypeError);
  assert.throws(() => countersign.verifyToken(token, inherited({ kty: "oct", k: "A".repeat(43) }), settings), TypeError);
  assert.equal(countersign.validateRegistration(inherited(form)).issues.length, 3);
  assert.match(countersign.hashPassword("x", inherited({ memoryKib: 8 })), /m=19456,/);
});

test("a polluted prototype sets no option, adds no field and changes no answer", () => {
  const polluted = {
    now: 5, algorithms: ["none"], audience: "evil", issuer: "evil", memoryKib: 8, iterations: 1, salt: new Uint8Array(16),
    usernameRequired: false, passwordMinLength: 9, username: "root", application_id: "evil", name: "evil", kty: "oct", k: "evil",
    keys: [], kid: "evil", claim: "evil", code: "evil", ok: true, value: "evil", issues: [], toJSON: () => "evil", token: "evil",
  };
  const jwk = { kty: "oct", k: Buffer.from(secret).toString("base64url") };
  const expired = signed({ iss: settings.issuer, sub: "1", aud: "default", iat: 1, exp: 2 });
  const answers = () => [
    countersign.validateRegistration(form),
    countersign.validateRegistration({ email: "ada@example.com", password: "eightfold" }),
    countersign.validatePassword("eightfold").ok,
    countersign.hashPassword("x").slice(0, 30),
    countersign.inspectHash(hash),
    countersign.verifyToken(token, jwk, settings),
    countersign.verifyToken(token, { keys: [jwk] }, settings),
    refusal(() => countersign.verifyToken(expired, secret, { algorithms: ["HS256"], issuer: settings.issuer, audience: "default" })),
    refusal(() => countersign.verifyToken(`${token}A`, secret, settings)),
    refusal(() => countersign.verifyToken(token, secret, { algorithms: ["HS256"], issuer: settings.issuer })),
  ];
  const refusal = (call) => {
    try {
      return call();
    } catch (error) {
      return [error.name, error.code, Object.hasOwn(error, "claim") && error.claim];
    }
  };
  const before = answers();
  const names = Object.keys(polluted);
  for (const name of names) Object.prototype[name] = polluted[name];
  let during;
  try {
    during = answers();
  } finally {
    for (const name of names) delete Object.prototype[name];
  }
  assert.deepEqual(during, before);
});

test("the clock is asked for the present where none is named", () => {
  const seconds = Math.floor(Date.now() / 1000);
  const { now, ...rest } = settings;
  const fresh = (iat, exp) => signed({ iss: rest.issuer, sub: "123", aud: "default", iat, exp });
  assert.equal(countersign.verifyToken(fresh(seconds - 5, seconds + 60), secret, rest).claims.sub, "123");
  assert.throws(() => countersign.verifyToken(fresh(seconds - 60, seconds - 1), secret, rest), { code: "token_expired" });
  assert.throws(() => countersign.verifyToken(fresh(seconds + 60, seconds + 120), secret, rest), { code: "token_not_yet_valid" });
  for (const now of [1e300, -1e300, Number.MAX_SAFE_INTEGER, -0]) {
    assert.throws(() => countersign.verifyToken(fresh(seconds, seconds + 60), secret, { ...rest, now }), { name: "TokenError" });
  }
  // A clock of fractions is cut to the second that it is in.
  const last = { ...rest, now: seconds + 59.999 };
  assert.equal(countersign.verifyToken(fresh(seconds, seconds + 60), secret, last).claims.sub, "123");
});

test("a field of any other type is a fault of the field, not of the call", () => {
  for (const value of [5, NaN, true, [], {}, 1n, Symbol("s"), () => "ada", new String("ada"), new Uint8Array(3)]) {
    for (const field of ["username", "email", "name", "phone", "application_id"]) {
      const { issues } = countersign.validateRegistration({ ...form, [field]: value });
      assert.deepEqual(issues.map(({ field, code }) => [field, code]), [[field, "invalid_type"]]);
    }
  }
});

test("an undefined member of a key is no member", () => {
  const key = { kty: "oct", k: Buffer.from(secret).toString("base64url"), kid: undefined, use: undefined, key_ops: undefined };
  assert.equal(countersign.verifyToken(token, key, settings).claims.sub, "123");
});

test("a claim named __proto__ is a claim and nothing else", () => {
  const claims = `{"iss":"${settings.issuer}","sub":"1","aud":"default","iat":${settings.now},"exp":${settings.now + 60},"__proto__":{"admin":true}}`;
  const part = (text) => Buffer.from(text).toString("base64url");
  const content = `${part('{"alg":"HS256","typ":"at+jwt"}')}.${part(claims)}`;
  const forged = `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
  const verified = countersign.verifyToken(forged, secret, settings);
  assert.equal(Object.getPrototypeOf(verified.claims), Object.prototype);
  assert.equal(verified.claims.admin, undefined);
});

test("a getter that throws, or calls back, does no harm", () => {
  const thrower = { get email() { throw new RangeError("mine"); } };
  assert.throws(() => countersign.validateRegistration(thrower), RangeError);
  const recursive = { ...form, get email() { return countersign.validateEmail("Ada@Example.com").value; } };
  assert.equal(countersign.validateRegistration(recursive).value.email, "ada@example.com");
});

after(everythingWorks);
