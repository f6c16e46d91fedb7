// Lets those read /notes who may. It asks the server only where a token does not say what its holder may do.

import { env } from "cloudflare:workers";
import { createVerifier, isPermitted } from "countersign/verify";

const verify = createVerifier({
  jwksUrl: `${env.AUTH_URL}/.well-known/jwks.json`,
  revocationsUrl: `${env.AUTH_URL}/.well-known/revocations`,
  issuer: env.AUTH_ISSUER,
  audience: env.AUTH_APPLICATION,
  maxStaleSec: 300,
  onFailure: (failure) => console.error(`countersign: ${failure}`),
});

export default {
  async fetch(request, _, context) {
    const claims = await verify(request, context);
    if (claims instanceof Response) return claims;
    if (!(await mayRead(claims, request))) return Response.json({ code: "forbidden" }, { status: 403 });
    return Response.json({ notes: [`A note for user ${claims.sub}.`] });
  },
};

/** By the token where it says so, else by the server, which decides by the same rule. */
async function mayRead({ grants }, request) {
  if (grants !== undefined) return isPermitted(grants, "read", "notes");
  const question = `${env.AUTH_URL}/users/me/permissions?action=read&resource=notes`;
  const answer = await fetch(question, { headers: { authorization: request.headers.get("authorization") } });
  return answer.ok && (await answer.json()).permitted === true;
}
