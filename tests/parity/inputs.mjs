// What native and wasm are both asked: one maker for each kind of input. Most start at a vector and change it,
// the others at the grammar, so that both what is taken and what is nearly taken come up.

import { init } from "../../wasm/pkg/dist/node.js";
import { guard, permission } from "./edge.mjs";
import { LETTERS, NAME_CHARACTERS, anyText, flipCase, mutate } from "./text.mjs";
import { decode, jwks, jws, token } from "./tokens.mjs";
import { totp } from "./totp.mjs";
import { read, vectors } from "./vectors.mjs";

const inputsOf = (name) => vectors(name).cases.map(({ input }) => input);

const EMAILS = inputsOf("email");
const USERNAMES = inputsOf("username");
const PASSWORDS = vectors("password").cases;
const NAMES = inputsOf("name");
const PHONES = inputsOf("phone");
const HASHES = vectors("phc").cases;
const COMMON = read("core/data/common-passwords.txt").split("\n").filter((line) => line !== "" && !line.startsWith("#"));

const HASHES_MADE = 48;
const countersign = await init();

// Kibibytes times passes: what a mutation may ask Argon2 to do before the test would take minutes.
const WORK_MAX = 2_048;

const email = (random) =>
  random.one(
    () => mutate(random, random.pick(EMAILS)),
    () => mutate(random, "ada.lovelace@mail.example.com"),
    () => {
      const label = () => random.text([...LETTERS, "-", "0"], random.pick([1, 2, 8, 62, 63, 64]));
      const local = random.text([...NAME_CHARACTERS, ..."!#$%&'*+/=?^`{|}~"], random.pick([1, 8, 63, 64, 65]));
      return `${local}@${Array.from({ length: random.between(1, 5) }, label).join(".")}`;
    },
  );

const username = (random) =>
  random.one(
    () => mutate(random, random.pick(USERNAMES)),
    () => random.text(NAME_CHARACTERS, random.pick([0, 1, 2, 3, 4, 16, 31, 32, 33, 40])),
  );

const name = (random) =>
  random.one(
    () => mutate(random, random.pick(NAMES)),
    () => anyText(random, random.pick([0, 1, 2, 10, 99, 100, 101])),
  );

const phone = (random) =>
  random.one(
    () => mutate(random, random.pick(PHONES)),
    () => random.pick(["", "+", "+ ", "(+"]) + random.text([..."0123456789012345678901234567890123456789 -.()[]"], random.between(3, 20)),
  );

/** A password, and the names that it is held against. */
function passwordCase(random) {
  const vector = random.pick(PASSWORDS);
  const context = random.chance(0.5) ? { username: username(random), email: email(random) } : {};
  const input = random.one(
    () => mutate(random, vector.input),
    () => mutate(random, random.pick(COMMON)),
    () => random.pick(COMMON).replace(/./g, (letter) => (random.chance(0.5) ? flipCase(letter) : letter)),
    () => anyText(random, random.pick([1, 7, 8, 9, 12, 64, 127, 128, 129, 200])),
    () => mutate(random, flipCase(context.username ?? "analytical engine")),
    () => (context.email ?? "analytical@engine").split("@")[0],
  );
  return { input, min_length: random.pick([8, 8, 8, 9, 12, 64, 128]), ...context };
}

const ODD_MEMBERS = [null, "", 5, -1.5, true, [], ["ada"], {}, { a: "b" }];

function registration(random) {
  const typed = passwordCase(random);
  const oddity = random.pick([0.05, 0.2, 0.7]);
  const whole = {
    username: random.chance(oddity) ? (typed.username ?? username(random)) : random.pick(["ada", "Grace.Hopper"]),
    email: random.chance(oddity) ? (typed.email ?? email(random)) : random.pick(["ada@example.com", "Grace@Example.org"]),
    password: random.chance(oddity) ? typed.input : "analytical engine",
    name: random.chance(oddity) ? name(random) : "Ada",
    first_name: random.chance(oddity) ? name(random) : "Zoë",
    last_name: random.chance(oddity) ? name(random) : "Lovelace",
    phone: random.chance(oddity) ? phone(random) : "+44 20 7946 0000",
    application_id: random.chance(oddity) ? mutate(random, "default") : random.pick(["default", "app-1"]),
    password_again: "never read",
  };
  const form = Object.fromEntries(
    Object.entries(whole)
      .filter(() => random.chance(1 - oddity / 4))
      .map(([field, value]) => [field, random.chance(oddity / 8) ? random.pick(ODD_MEMBERS) : value]),
  );
  return { body: JSON.stringify(form), username_required: random.chance(0.7), min_length: typed.min_length };
}

/** A change of an account, as its form is sent, and the account as it stands. */
function profile(random) {
  const { body, min_length } = registration(random);
  const form = JSON.parse(body);
  const account = {
    username: random.one(() => null, () => username(random), () => "ada"),
    email: random.one(() => "ada@example.com", () => email(random)),
    ...Object.fromEntries(["name", "first_name", "last_name"].map((field) => [field, random.one(() => null, () => name(random))])),
    phone: random.one(() => null, () => phone(random)),
  };
  // What equals the account is not held to the rules.
  for (const field of Object.keys(account)) if (random.chance(0.15)) form[field] = account[field];
  if (random.chance(0.3)) form.current_password = passwordCase(random).input;
  delete form.application_id;
  return { body: JSON.stringify(form), account, min_length };
}

function hash(random) {
  const parallelism = random.pick([1, 1, 1, 2, 3, 16]);
  return {
    password: random.one(() => passwordCase(random).input, () => anyText(random, random.below(40)), () => "x".repeat(random.pick([4_095, 4_096, 4_097]))),
    memory_kib: random.between(8 * parallelism, 8 * parallelism + 60),
    iterations: random.between(1, 3),
    parallelism,
    salt: Buffer.from(random.bytes(16)).toString("base64"),
  };
}

/** A hash that costs little to verify, or is refused before it costs anything. */
function hashText(random, made) {
  const cheap = HASHES.filter(({ input }) => isCheap(input)).map(({ input }) => input);
  const candidate = mutateHash(random, random.one(() => random.pick(made).hash, () => random.pick(cheap)));
  return isCheap(candidate) ? candidate : random.pick(made).hash;
}

const mutateHash = (random, text) =>
  random.one(
    () => text,
    () => mutate(random, text),
    () => text.replace(/\d+/g, (digits) => (random.chance(0.2) ? String(random.pick([0, 1, 7, 8, 15, 16, 17, 19, 262_144, 262_145, 4_294_967_296])) : digits)),
    () => text.split("$").map((field) => (random.chance(0.15) ? mutate(random, field) : field)).join("$"),
  );

function isCheap(text) {
  const [, memory, passes] = /m=(\d+),t=(\d+)/.exec(text) ?? [0, 0, 0];
  return memory * passes <= WORK_MAX || memory > 262_144 || passes > 16;
}

/** Hashes with their passwords, to be verified and changed. */
export function madeHashes(random) {
  return Array.from({ length: HASHES_MADE }, () => {
    const { password, memory_kib: memoryKib, iterations, parallelism, salt } = hash(random);
    const settings = { memoryKib, iterations, parallelism, salt: new Uint8Array(Buffer.from(salt, "base64")) };
    return { hash: countersign.hashPassword(password, settings), password };
  });
}

/** The makers by kind; `made` are hashes with their passwords, made beforehand. */
export const KINDS = {
  email: (random) => ({ input: email(random) }),
  username: (random) => ({ input: username(random) }),
  password: passwordCase,
  name: (random) => ({ input: name(random) }),
  phone: (random) => ({ input: phone(random) }),
  registration,
  profile,
  hash,
  verify: (random, made) => {
    const { hash, password } = random.pick(made);
    return random.one(
      () => ({ hash, password }),
      () => ({ hash, password: mutate(random, password) }),
      () => ({ hash: hashText(random, made), password }),
    );
  },
  inspect: (random, made) => ({ hash: mutateHash(random, random.one(() => random.pick(HASHES).input, () => random.pick(made).hash)) }),
  token,
  jws,
  jwks,
  decode,
  permission,
  guard,
  totp,
};
