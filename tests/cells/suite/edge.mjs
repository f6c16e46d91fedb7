// What guards a worker: permissions, and a verifier over documents that it fetches, here from a web of the suite's own.

import { thrownBy } from "./cases.mjs";

const JWKS_URL = "https://auth.example/.well-known/jwks.json";
const REVOCATIONS_URL = "https://auth.example/.well-known/revocations";

const GRANTS = [{ action: "read", resource: "*" }, { action: "write", resource: "Task" }];

export const edge = ({ good, bad, proof, same, facts }) => {
  const { now, claims, token, revoked, jwks, list } = facts.issuer;

  /** A verifier, and how often each document was asked for. */
  const verifierOf = ({ createVerifier }, documents = { [JWKS_URL]: JSON.stringify(jwks), [REVOCATIONS_URL]: list }) => {
    const asked = {};
    const fetch = async (url) => {
      asked[url] = (asked[url] ?? 0) + 1;
      return new Response(documents[url] ?? "", { status: documents[url] === undefined ? 503 : 200 });
    };
    const issuer = { issuer: claims.iss, audience: claims.aud, jwksUrl: JWKS_URL, revocationsUrl: REVOCATIONS_URL };
    return { verify: createVerifier({ ...issuer, maxStaleSec: 300, now: () => now, fetch }), asked };
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
      const error = await thrownBy(() => verify(revoked));
      same([error.name, error.code, error instanceof module.TokenError], ["TokenError", "token_revoked", true]);
      same(await shown(await verify(request(revoked))), [true, 401, "token_revoked"]);
      same(await shown(await verify(request())), [true, 401, "token_required"]);
    }),
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
