/** Asks the server, and tells apart an answer, whatever its status, from no answer at all. */

// Two Argon2 runs in a queue take well under a second; past this the server is not coming back to this request.
const PATIENCE_MS = 15_000;

/**
 * @typedef {object} Answer
 * @property {true} answered
 * @property {number} status
 * @property {string} statusText  The words beside it; empty over HTTP/2, which has none.
 * @property {boolean} ok
 * @property {any} body        The JSON body, `null` where there is none.
 * @property {string | null} requestId
 * @property {number | null} retryAfterSecs
 * @property {string} method
 * @property {string} path
 * @property {number} millis   From sending to the last byte.
 */

/**
 * @typedef {object} Silence
 * @property {false} answered
 * @property {boolean} timedOut
 * @property {string} method
 * @property {string} path
 */

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: unknown, token?: string }} [options]
 * @returns {Promise<Answer | Silence>}
 */
export async function ask(method, path, { body, token } = {}) {
  const headers = { Accept: "application/json, application/problem+json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;

  const began = performance.now();
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    return {
      answered: true,
      status: response.status,
      statusText: response.statusText,
      ok: response.ok,
      body: parsed(text),
      requestId: response.headers.get("x-request-id"),
      retryAfterSecs: seconds(response.headers.get("retry-after")),
      method,
      path,
      millis: performance.now() - began,
    };
  } catch (fault) {
    return { answered: false, timedOut: fault?.name === "TimeoutError", method, path };
  }
}

/** A proxy in between may answer with a page of its own: no JSON is no body, not a crash. */
function parsed(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function seconds(header) {
  const number = Number.parseInt(header ?? "", 10);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

/**
 * What went wrong, in a sentence for a person.
 *
 * @param {Answer | Silence} outcome
 */
export function explain(outcome) {
  if (!outcome.answered) {
    return outcome.timedOut
      ? "The server took too long to answer."
      : "The server cannot be reached. It may be stopped, or the connection is down.";
  }
  const detail = outcome.body?.detail ?? `The server answered with status ${outcome.status}.`;
  return outcome.retryAfterSecs ? `${detail} Try again in ${waiting(outcome.retryAfterSecs)}.` : detail;
}

function waiting(secs) {
  if (secs < 90) return secs === 1 ? "a second" : `${secs} seconds`;
  return `${Math.ceil(secs / 60)} minutes`;
}
