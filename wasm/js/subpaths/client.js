// `./client`: signing in and staying signed in. It loads no wasm, until it is asked to verify.

import { authClient } from "../client/client.js";

export { AuthError } from "../client/error.js";

/** `loadVerify` resolves to client/claims.js and the entry of `./verify` for the same runtime. */
export const api = (loadVerify) => ({
  createAuthClient: (options) => authClient(options, { host: globalThis, loadVerify }),
});
