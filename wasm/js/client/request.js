import { AuthError, failure, notUnderstood, refusal, success } from "./error.js";
import { REQUEST_MS } from "./limits.js";
import { own, ownText, parsed } from "./own.js";

// Its own, so that a polluted prototype sets no option.
const NOTHING = { __proto__: null };

/**
 * The one way to the server: `ask(method, path, body, token, { patience, outlives, keepalive })` resolves to
 * `{ data, error }`, whatever happens. What `outlives` the client is not given up when it is disposed of; what is kept
 * alive outlives the page too.
 */
export function door(base, send, host, closing) {
  return async (method, path, body, token, { patience = REQUEST_MS, outlives, keepalive = false } = NOTHING) => {
    // What is no JSON is thrown: it is the caller's fault and not the network's.
    const written = body && JSON.stringify(body);
    if (closing.aborted && !outlives) return refusal("aborted");
    const giving = new AbortController();
    const { signal } = giving;
    let code = "network_error";
    const giveUp = (reason) => {
      code = reason;
      giving.abort();
    };
    // Raced, since a `fetch` of somebody else's may take no notice of the signal.
    const givenUp = new Promise((_, reject) => signal.addEventListener("abort", reject));
    const timer = host.setTimeout(giveUp, patience, "timeout");
    if (!outlives) closing.addEventListener("abort", () => giveUp("aborted"), { signal });
    const exchange = async () => {
      const response = await send(base + path, {
        __proto__: null,
        method,
        headers: {
          __proto__: null,
          ...(written && { "Content-Type": "application/json" }),
          ...(token && { Authorization: `Bearer ${token}` }),
        },
        body: written,
        credentials: "omit",
        // No route of the server redirects, and whoever else does is not to be followed with a token.
        redirect: "error",
        keepalive,
        signal,
      });
      return read(response, await response.text());
    };
    try {
      return await Promise.race([exchange(), givenUp]);
    } catch {
      return refusal(code);
    } finally {
      host.clearTimeout(timer);
      // Nothing is left to be given up; this only lets go of the listeners.
      giving.abort();
    }
  };
}

function read({ ok, status, headers }, text) {
  const body = parsed(text);
  if (ok && (body !== undefined || text === "")) return success(body ?? null);
  const found = {
    status,
    // Seconds. It may be a date too (RFC 9110 section 10.2.3), which tells little to a device whose clock is wrong.
    retryAfter: Number(headers.get("retry-after")) || undefined,
    requestId: headers.get("x-request-id") ?? undefined,
  };
  const code = ownText(body, "code");
  // A word of the server's list; a proxy's page, or another's JSON, has none.
  if (ok || !/^[a-z_]+$/.test(code ?? "-")) return notUnderstood(found);
  const errors = own(body, "errors");
  if (Array.isArray(errors)) found.issues = errors;
  const error = new AuthError(code, found, ownText(body, "detail"));
  // Good for five minutes together with a code, so it is kept out of what logs make of an error's own members.
  return failure(Object.defineProperty(error, "mfaToken", { value: ownText(body, "mfa_token") }));
}
