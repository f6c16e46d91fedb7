// A refusal as the server answers it (RFC 9457, RFC 6750).

import { TokenError } from "../refusals.js";

/** The ready answer to a request: 401 where it is the token's doing, 503 where the verifier cannot tell. */
export function refusal(error, help) {
  const { code, message: detail } = error;
  const isToken = error instanceof TokenError;
  const status = isToken ? 401 : 503;
  const [first, ...rest] = code.replaceAll("_", " ");
  const title = first.toUpperCase() + rest.join("");
  return new Response(JSON.stringify({ type: `${help}#${code}`, title, status, detail, code }), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(isToken ? { "www-authenticate": error.wwwAuthenticate } : { "retry-after": String(error.retryAfter) }),
    },
  });
}
