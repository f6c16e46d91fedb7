/** `fetch` with the access token, for what goes to the server's own origin; all else is passed on as it is. */
export function authorizedFetch(base, send, keep, closing) {
  return async (input, init) => {
    const isRequest = input?.clone;
    const url = new URL(isRequest ? input.url : input, base);
    const target = isRequest ? input : url;
    const headers = new Headers(init?.headers ?? target.headers);
    let response;
    // Who names a token of their own means that one.
    if (url.origin === new URL(base).origin && !headers.has("authorization")) {
      const given = init?.signal ?? target.signal;
      const signal = given ? (AbortSignal.any?.([closing, given]) ?? given) : closing;
      const body = init?.body;
      const attempt = async (token) => {
        // A stream was read by the first attempt. The session is fresh now; to repeat is for who can make another.
        if (response && (body?.getReader || body?.[Symbol.asyncIterator])) return;
        await response?.body?.cancel();
        headers.set("Authorization", `Bearer ${token}`);
        // Not every runtime takes the token off a request that is redirected elsewhere, so none is followed unasked.
        response = await send(isRequest ? input.clone() : url, { redirect: "error", ...init, headers, signal });
      };
      const result = await keep.withToken(attempt, () => response.status === 401);
      // Signed in, and nobody there to say for how long: unsigned, the answer would look like a log-out.
      if (!response && keep.session()) throw new TypeError(result.error);
    }
    return response ?? send(target, init);
  };
}
