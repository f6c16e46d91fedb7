// Argon2id, by strings that others can read too; one-time codes; how strong a password is.

import { thrownBy } from "./cases.mjs";

// RFC 9106 sets no such cost; it is the least that Argon2id takes, so that a check takes no time.
const CHEAP = { memoryKib: 8, iterations: 1 };
// RFC 6238 appendix B: the secret of its vectors, and the code at 59 seconds.
const RFC_6238 = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code: "287082", now: 59 };
const SALT = new Uint8Array(16).fill(7);

export const passwords = ({ good, bad, proof, same, facts }) => [
  proof("hashPassword", "good", "is verified, its salt random, its cost what OWASP asks for", async ({ hashPassword, verifyPassword }) => {
    const [one, other] = [await hashPassword("analytical engine"), await hashPassword("analytical engine")];
    same([one !== other, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/.test(one)], [true, true]);
    same([await verifyPassword(one, "analytical engine"), await verifyPassword(one, "analytical engines")], [true, false]);
  }),
  proof("hashPassword", "good", "takes bytes, and leaves them as they are", async ({ hashPassword }) => {
    const bytes = new TextEncoder().encode("analytical engine");
    const settings = { ...CHEAP, salt: SALT };
    same(await hashPassword(bytes, settings), await hashPassword("analytical engine", settings));
    same(new TextDecoder().decode(bytes), "analytical engine");
  }),
  bad("hashPassword", ["analytical engine", { memoryKib: 7 }], { name: "TypeError", code: "invalid_format" }),
  bad("hashPassword", ["analytical engine", { memoryKib: 262_145 }], { name: "TypeError", code: "hash_too_costly" }),
  bad("hashPassword", ["analytical engine", { salt: new Uint8Array(15) }], { name: "TypeError", code: "invalid_type" }),
  bad("hashPassword", ["\udc00"], { name: "TypeError", code: "invalid_characters" }),

  ...facts.hashes.map(({ hash, password, matches }) => (matches ? good : bad)("verifyPassword", [hash, password], matches)),
  bad("verifyPassword", ["analytical engine", "analytical engine"], { name: "TypeError", code: "hash_malformed" }),
  bad("verifyPassword", ["$argon2id$v=19$m=262145,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "x"], {
    name: "TypeError",
    code: "hash_too_costly",
  }),

  good("inspectHash", [facts.hashes[0].hash], facts.hashes[0].inspected),
  bad("inspectHash", [""], { name: "TypeError", code: "hash_malformed" }),
  bad("inspectHash", [{}], { name: "TypeError", code: "invalid_type" }),

  proof("passwordStrength", "good", "tells weak from strong, and why", async ({ passwordStrength }) => {
    const [weak, strong] = [await passwordStrength("password"), await passwordStrength("Zanzibar qX7 under no tree")];
    same([weak.score, strong.score, strong.feedback], [0, 4, { warning: null, suggestions: [] }]);
    same([weak.guesses < strong.guesses, typeof weak.feedback.warning, weak.feedback.suggestions.length > 0], [true, "string", true]);
  }),
  proof("passwordStrength", "bad", "knows the user's own words", async ({ passwordStrength }) => {
    const [own, plain] = [await passwordStrength("lovelacewald", ["lovelacewald"]), await passwordStrength("lovelacewald")];
    same([own.score, own.guesses < plain.guesses], [0, true]);
  }),
  bad("passwordStrength", [5], { name: "TypeError", code: "invalid_type" }),
  bad("passwordStrength", ["x", "y"], { name: "TypeError", code: "invalid_type" }),

  proof("totp", "good", "makes secrets and takes the code of now, once", async ({ totp }) => {
    const secret = await totp.generateSecret();
    same([/^[A-Z2-7]{32}$/.test(secret), secret === (await totp.generateSecret())], [true, false]);
    const uri = await totp.uri(secret, { issuer: "Example", account: "ada" });
    same([uri.startsWith("otpauth://totp/Example:ada?"), uri.includes(secret)], [true, true]);
    same(await totp.verify(RFC_6238.secret, RFC_6238.code, { now: RFC_6238.now }), { ok: true, step: 1 });
  }),
  proof("totp", "bad", "refuses other codes, and wrong arguments", async ({ totp }) => {
    const { secret, code, now } = RFC_6238;
    same(await totp.verify(secret, "287083", { now }), { ok: false });
    same(await totp.verify(secret, code, { now: now + 60 }), { ok: false });
    same(await totp.verify(secret, code, { now, lastStep: 1 }), { ok: false });
    for (const args of [[5, code], ["not base32!", code], [secret, 287_082], [secret, code, { now: "59" }]]) {
      same((await thrownBy(() => totp.verify(...args))).name, "TypeError");
    }
  }),
];
