// What the package answers to an input of the parity test, in the form of native's verdicts (../native.rs).

// A registration that nothing is wrong with, to carry the one field that is asked about.
const WHOLE = { username: "ada", email: "ada@example.com", password: "analytical engine" };
const REGISTRATION = ["username", "email", "password", "name", "first_name", "last_name", "phone", "application_id"];

const VERDICTS = {
  email: (core, { input }) => form(core.validateEmail(input)),
  username: (core, { input }) => form(core.validateUsername(input)),
  password: (core, { input, min_length, username, email }) =>
    form(core.validatePassword(input, { passwordMinLength: min_length, username, email })),
  name: (core, { input }) => form(core.validateRegistration({ ...WHOLE, name: input }), ({ name }) => name ?? null),
  phone: (core, { input }) => form(core.validateRegistration({ ...WHOLE, phone: input }), ({ phone }) => phone ?? null),
  registration: (core, { body, username_required, min_length }) => {
    const options = { usernameRequired: username_required, passwordMinLength: min_length };
    const whole = (value) => Object.fromEntries(REGISTRATION.map((field) => [field, value[field] ?? null]));
    return form(core.validateRegistration(JSON.parse(body), options), whole);
  },
  profile: (core, { body, account, min_length }) =>
    form(core.validateProfile(JSON.parse(body), { account, passwordMinLength: min_length })),
  hash: (core, { password, memory_kib, iterations, parallelism, salt }) =>
    core.hashPassword(password, { memoryKib: memory_kib, iterations, parallelism, salt: bytesOf(salt) }),
  verify: (core, { hash, password }) => core.verifyPassword(hash, password),
  inspect: (core, { hash }) => {
    const { algorithm, ...rest } = core.inspectHash(hash);
    if (algorithm !== "argon2id") throw new Error(`it says ${algorithm}`);
    return rest;
  },
  token: (core, { token, algorithms, issuer, audience, now, ...key }) =>
    core.verifyToken(token, keyOf(key), { algorithms, issuer, audience, now }),
  jws,
  jwks: jws,
  decode: (core, { token }) => core.decodeToken(token),
  permission: (core, { grants, action, resource }) => core.isPermitted(grants, action, resource),
  totp: (core, { base32, code, now, last }) => {
    const verdict = core.totp.verify(base32, code, last === -1 ? { now } : { now, lastStep: last });
    return verdict.ok && verdict.step;
  },
  guard: async ({ createVerifier }, { token, list, key, algorithms, issuer, audience, stale_max_secs: maxStaleSec, now }) => {
    const documents = { fetch: async () => new Response(list), now: () => now, revocationsUrl: `${issuer}/.well-known/revocations`, maxStaleSec };
    const verify = createVerifier({ jwks: JSON.parse(key), algorithms, issuer, audience, ...documents });
    return { claims: await verify(token) };
  },
};

function jws(core, { token, algorithms, ...key }) {
  const { header, payload } = core.verifyJws(token, keyOf(key), { algorithms });
  return { header, payload: base64Of(payload) };
}

/** The package's verdict; what it throws but for a refusal is a fault, which native never has. */
export async function verdictOf(core, { kind, ...input }) {
  try {
    const answer = await VERDICTS[kind](core, input);
    return FORMS.has(kind) ? answer : { ok: answer };
  } catch (error) {
    if (typeof error.code !== "string" || error instanceof WebAssembly.RuntimeError) return { fault: String(error) };
    return { refused: [error.code, error.claim ?? null] };
  }
}

const FORMS = new Set(["email", "username", "password", "name", "phone", "registration", "profile"]);

const form = (verdict, value = (whole) => whole) =>
  verdict.ok ? { ok: value(verdict.value) } : { issues: verdict.issues.map(({ field, code, message }) => [field, code, message]) };

const keyOf = ({ key, secret }) => (secret === undefined ? JSON.parse(key) : bytesOf(secret));

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const base64Of = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
