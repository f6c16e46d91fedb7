// Tokens that another implementation has signed.

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

// The whole verifies it and does not sign by it.
const NOT_SIGNED = "RS256";

export const tokens = ({ good, bad, proof, same, facts }) => {
  const { signed, expired, keys, settings, secret, claims, payload, privateKeys } = facts.tokens;
  const algorithms = Object.keys(signed);
  const whole = { algorithms, ...settings };
  const forged = (token) => token.replace(/.{4}$/, "AAAA");

  const taken = (algorithm) => {
    const { token, header } = signed[algorithm];
    const only = { algorithms: [algorithm] };
    return [
      good("verifyToken", [token, keys, { ...whole, ...only }], { claims, header }),
      good("safeVerifyToken", [token, keys, { ...whole, ...only }], { ok: true, value: { claims, header } }),
      good("verifyJws", [token, keys, only], { header, payload: new TextEncoder().encode(payload) }),
      good("decodeToken", [token], { claims, header }),
      bad("verifyToken", [forged(token), keys, { ...whole, ...only }], { name: "TokenError", code: "token_signature_invalid", claim: undefined }),
      bad("verifyJws", [forged(token), keys, only], { name: "TokenError", code: "token_signature_invalid" }),
    ];
  };

  return [
    ...algorithms.flatMap(taken),
    good("verifyToken", [signed.HS256.token, bytesOf(secret), whole], { claims, header: signed.HS256.header }),
    bad("verifyToken", [signed.EdDSA.token, keys, { ...whole, algorithms: ["HS256"] }], { name: "TokenError", code: "token_algorithm_not_allowed" }),
    bad("verifyToken", [expired, keys, whole], {
      name: "TokenError",
      code: "token_expired",
      claim: "exp",
      wwwAuthenticate: 'Bearer error="invalid_token", error_description="The token has expired."',
    }),
    bad("verifyToken", [signed.HS256.token, keys, { ...whole, audience: "other" }], { name: "TokenError", claim: "aud" }),
    bad("verifyToken", [signed.HS256.token, keys, { ...whole, issuer: "https://evil.example" }], { name: "TokenError", claim: "iss" }),
    bad("verifyToken", [signed.HS256.token, keys, { algorithms, issuer: settings.issuer, now: settings.now }], { name: "TypeError", code: "invalid_type" }),
    bad("verifyToken", [signed.HS256.token, new Uint8Array(31), whole], { name: "TypeError", code: "key_invalid" }),
    bad("verifyToken", [signed.HS256.token, keys, { ...whole, algorithms: ["none"] }], { name: "TypeError", code: "invalid_format" }),
    bad("decodeToken", ["a.b.c"], { name: "TokenError", code: "token_malformed" }),
    proof("safeVerifyToken", "bad", "of an expired token answers its error", async ({ safeVerifyToken }, { TokenError }) => {
      const { ok, error } = await safeVerifyToken(expired, keys, whole);
      same([ok, error instanceof TokenError, error instanceof Error, error.code], [false, true, true, "token_expired"]);
    }),
    ...Object.entries(privateKeys).filter(([algorithm]) => algorithm !== NOT_SIGNED).map(([algorithm, key]) =>
      proof("signToken", "good", `of ${algorithm} is verified`, async ({ signToken, verifyToken }) => {
        const token = await signToken(claims, key);
        const { claims: said, header } = await verifyToken(token, keys, { ...whole, algorithms: [algorithm] });
        same([said, header.alg, header.kid], [claims, algorithm, algorithm]);
      }),
    ),
    bad("signToken", [claims, privateKeys[NOT_SIGNED]], { name: "TypeError", code: "key_invalid" }),
    bad("signToken", [claims, keys.keys.find(({ kty }) => kty === "OKP")], { name: "TypeError", code: "key_invalid" }),
    bad("signToken", ["claims", bytesOf(secret)], { name: "TypeError" }),
    proof("TokenError", "good", "is the class of refusals, and of nothing else", (_, { TokenError }) => {
      same([new Error("x") instanceof TokenError, {} instanceof TokenError, null instanceof TokenError], [false, false, false]);
    }),
    proof("TokenError", "bad", "is the class of a refused token", async ({ verifyToken }, { TokenError }) => {
      try {
        await verifyToken("x", keys, whole);
      } catch (error) {
        return same([error instanceof TokenError, error.code], [true, "token_malformed"]);
      }
      throw new Error("nothing was thrown");
    }),
  ];
};
