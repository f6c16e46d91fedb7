// What guards a worker: permissions, and a verifier over documents that it fetches, here from a web of the suite's own.

import { thrownBy } from "./cases.mjs";

const JWKS_URL = "https://auth.example/.well-known/jwks.json";
const REVOCATIONS_URL = "https://auth.example/.well-known/revocations";

const GRANTS = [{ action: "read", resource: "*" }, { action: "write", resource: "Task" }];

export const edge = ({ good, bad, proof, same, facts }) => {
  const { now, claims, tokens, revoked, jwks, lists } = facts.issuer;
  const token = tokens.EdDSA;

  /** What the issuer publishes, its list signed by this algorithm. */
  const documentsBy = (algorithm) => ({ [JWKS_URL]: JSON.stringify(jwks), [REVOCATIONS_URL]: lists[algorithm] });
  /** A verifier, and how often each document was asked for. */
  const verifierOf = ({ createVerifier }, documents = documentsBy("EdDSA"), algorithms = undefined) => {
    const asked = {};
    const fetch = async (url) => {
      asked[url] = (asked[url] ?? 0) + 1;
      return new Response(documents[url] ?? "", { status: documents[url] === undefined ? 503 : 200 });
    };
    const issuer = { issuer: claims.iss, audience: claims.aud, jwksUrl: JWKS_URL, revocationsUrl: REVOCATIONS_URL };
    return { verify: createVerifier({ ...issuer, maxStaleSec: 300, algorithms, now: () => now, fetch }), asked };
  };
  const request = (bearer) => new Request("https://edge.example/", { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} });
  const shown = async (answer) => [answer instanceof Response, answer.status, (await answer.json()).code];

  return [
    good("isPermitted", [GRANTS, "read", "Invoice"], true),
    good("isPermitted", [GRANTS, "write", "Task"], true),
    bad("isPermitted", [GRANTS, "write", "Invoice"], false),
    bad("isPermitted", [[], "read", "Task"], false),
    bad("isPermitted", [undefined, "read", "Task"], { name: "TypeError" }),

    proof("createVerifier", "good", "takes tokens and requests, and fetches each document once", async (module) => {
      const { verify, asked } = verifierOf(module);
      same(await verify(token), claims);
      same(await verify(request(token)), claims);
      same(asked, { [JWKS_URL]: 1, [REVOCATIONS_URL]: 1 });
    }),
    proof("createVerifier", "bad", "refuses what is revoked, without calling home", async (module) => {
      const { verify } = verifierOf(module);
      const error = await thrownBy(() => verify(revoked.EdDSA));
      same([error.name, error.code, error instanceof module.TokenError], ["TokenError", "token_revoked", true]);
      same(await shown(await verify(request(revoked.EdDSA))), [true, 401, "token_revoked"]);
      same(await shown(await verify(request())), [true, 401, "token_required"]);
    }),
    ...Object.keys(tokens).flatMap((algorithm) => [
      proof("createVerifier", "good", `takes tokens of ${algorithm} unasked`, async (module) => {
        const { verify } = verifierOf(module);
        same(await verify(tokens[algorithm]), claims);
        same(await verify(request(tokens[algorithm])), claims);
      }),
      proof("createVerifier", "good", `takes a list that is signed by ${algorithm}`, async (module) => {
        const { verify } = verifierOf(module, documentsBy(algorithm), [algorithm]);
        same(await verify(tokens[algorithm]), claims);
        same((await thrownBy(() => verify(revoked[algorithm]))).code, "token_revoked");
      }),
      proof("createVerifier", "bad", `refuses tokens of ${algorithm} that are forged, or where it is not wanted`, async (module) => {
        const forged = tokens[algorithm].replace(/.{4}$/, "AAAA");
        same((await thrownBy(() => verifierOf(module).verify(forged))).code, "token_signature_invalid");
        const others = Object.keys(tokens).filter((name) => name !== algorithm);
        const { verify } = verifierOf(module, documentsBy(others[0]), others);
        same((await thrownBy(() => verify(tokens[algorithm]))).code, "token_algorithm_not_allowed");
      }),
    ]),
    proof("createVerifier", "bad", "refuses a wrong option", async ({ createVerifier }) => {
      same((await thrownBy(() => createVerifier({}))) instanceof TypeError, true);
    }),
    proof("UnavailableError", "good", "is the class of a verifier that cannot tell", async (module) => {
      const { verify } = verifierOf(module, {});
      const error = await thrownBy(() => verify(token));
      same([error.name, error.code, error instanceof module.UnavailableError], ["UnavailableError", "keys_stale", true]);
      same(await shown(await verify(request(token))), [true, 503, "keys_stale"]);
    }),
    proof("UnavailableError", "bad", "is the class of nothing else", async (module) => {
      const error = await thrownBy(() => verifierOf(module).verify("x"));
      same([error instanceof module.UnavailableError, error instanceof module.TokenError], [false, true]);
    }),
  ];
};
