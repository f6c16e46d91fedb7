// Compiled and never run: every export in the types that its users see.

import {
  TokenError,
  UnavailableError,
  createVerifier,
  decodeToken,
  hashPassword,
  init,
  inspectHash,
  safeVerifyToken,
  signToken,
  validateEmail,
  validatePassword,
  validateRegistration,
  validateUsername,
  verifyJws,
  verifyPassword,
  verifyToken,
} from "countersign";
import type {
  AccessClaims,
  Algorithm,
  ArgumentError,
  Claims,
  Code,
  Countersign,
  CreateVerifierOptions,
  GuardedRequest,
  HashInfo,
  Issue,
  Json,
  Jwks,
  Refusal,
  Registration,
  Validated,
  VerifyOptions,
  WorkerContext,
} from "countersign";

import { AuthError, createAuthClient } from "countersign/client";
import type { AuthClient, AuthErrorCode, AuthStorage, Session, User } from "countersign/client";

/** Fails to compile where the two are not the same type, `any` included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
const same = <A, B>(_: Same<A, B>): void => {};

async function use(bytes: Uint8Array, jwks: Jwks): Promise<void> {
  const core: Countersign = await init();
  const registration = core.validateRegistration({ email: "ada@example.com", password: bytes, phone: null }, { usernameRequired: false });
  same<typeof registration, Validated<Registration>>(true);
  if (registration.ok) same<typeof registration.value.username, string | undefined>(true);
  else same<(typeof registration.issues)[number], Issue>(true);

  same<Awaited<ReturnType<typeof validateEmail>>, Validated<string>>(true);
  same<Awaited<ReturnType<typeof validateUsername>>, Validated<string>>(true);
  same<Awaited<ReturnType<typeof validateRegistration>>, Validated<Registration>>(true);
  const password = await validatePassword(bytes, { passwordMinLength: 12, username: undefined });
  const code: Code = password.ok ? "required" : password.issues[0]!.code;
  // @ts-expect-error No code of that name.
  const wrong: Code = "no_such_code";

  const hash: string = await hashPassword("analytical engine", { memoryKib: 19_456, salt: new Uint8Array(16) });
  const matches: boolean = await verifyPassword(hash, bytes);
  const info: HashInfo = await inspectHash(hash);
  // @ts-expect-error An option that does not exist.
  await hashPassword("analytical engine", { memory: 19_456 });

  const algorithms: readonly Algorithm[] = ["HS256", "EdDSA"];
  const options: VerifyOptions = { algorithms, issuer: "https://auth.example", audience: "default" };
  const { claims, header } = await verifyToken("token", jwks, options);
  same<typeof claims, Claims>(true);
  same<typeof claims.sub, string>(true);
  same<(typeof claims)["jti"], Json | undefined>(true);
  same<typeof header.alg, Algorithm>(true);
  // @ts-expect-error The audience is required.
  await verifyToken("token", jwks, { algorithms, issuer: "https://auth.example" });
  // @ts-expect-error No such algorithm.
  await verifyJws("token", jwks, { algorithms: ["none"] });

  const safe = await safeVerifyToken("token", { kty: "oct", k: "" }, options);
  if (!safe.ok) same<typeof safe.error, TokenError>(true);
  const { payload } = await verifyJws("token", bytes, { algorithms });
  const signed: string = await signToken({ sub: "1", exp: 2, scope: ["read"] }, { kty: "EC", crv: "P-256", x: "", y: "", d: "" });
  // @ts-expect-error What JSON cannot say.
  await signToken({ at: new Date() }, bytes);
  const { claims: unverified } = await decodeToken("token");
  same<typeof unverified, { [claim: string]: Json }>(true);
  void [code, wrong, matches, info, payload, signed];
}

async function guard(request: GuardedRequest, context: WorkerContext, jwks: Jwks): Promise<AccessClaims | Refusal> {
  const expected = { issuer: "https://auth.example", audience: "default" };
  const jwksUrl = "https://auth.example/.well-known/jwks.json";
  const revocationsUrl = "https://auth.example/.well-known/revocations";
  const options: CreateVerifierOptions = { ...expected, jwksUrl, revocationsUrl, maxStaleSec: 300 };
  const verify = createVerifier(options);
  createVerifier({ ...expected, jwks });
  createVerifier({ ...expected, jwksUrl, maxStaleSec: 300, now: () => 0, onFailure: (failure) => void failure });
  // @ts-expect-error What is fetched grows old.
  createVerifier({ ...expected, jwksUrl });
  // @ts-expect-error Keys are fetched or handed over.
  createVerifier({ ...expected, jwksUrl, jwks, maxStaleSec: 300 });
  // @ts-expect-error The issuer is required.
  createVerifier({ audience: "default", jwks });

  const claims = await verify("token");
  same<typeof claims, AccessClaims>(true);
  same<typeof claims.grants, undefined | { action: string; resource: string }[]>(true);
  same<typeof claims.sid, string>(true);
  return verify(request, context);
}

function refused(error: Error): string | undefined {
  if (error instanceof TokenError) {
    same<typeof error.code, Code>(true);
    return error.claim ?? error.wwwAuthenticate;
  }
  if (error instanceof UnavailableError) same<typeof error.retryAfter, number>(true);
  return error instanceof TypeError ? (error as ArgumentError).code : undefined;
}

async function signIn(storage: AuthStorage): Promise<void> {
  const client: AuthClient = createAuthClient({ baseURL: "https://auth.example", storage, autoRefresh: true });
  const signedIn = await client.signInWithPassword({ email: "ada@example.com", password: "analytical engine" });
  if (signedIn.error) {
    same<typeof signedIn.error, AuthError>(true);
    same<typeof signedIn.error.code, AuthErrorCode>(true);
    same<typeof signedIn.data, null>(true);
  } else same<typeof signedIn.data, { user: User; session: Session }>(true);
  const { data } = await client.data.get("preferences");
  same<typeof data, Json | null>(true);
  const { data: claims } = await client.getClaims({ audience: "default" });
  same<string | undefined, NonNullable<typeof claims>["claims"]["sub"] | undefined>(true);
  const unsubscribe: () => void = client.onAuthStateChange((event, session) => {
    same<typeof session, Session | null>(true);
    // @ts-expect-error No such event.
    void (event === "SIGNED_UP");
  });
  // @ts-expect-error A name is wanted.
  await client.signInWithPassword({ password: "analytical engine" });
  // @ts-expect-error The address of the server is wanted.
  createAuthClient({ storage });
  await client.mfa.verify({ code: "123456" });
  unsubscribe();
  client.dispose();
}

// @ts-expect-error Only the package makes one.
new AuthError();
// @ts-expect-error Only the package makes one.
new TokenError();

// @ts-expect-error Nor of this.
new UnavailableError();

void [use, guard, refused, signIn];
