/** Loads the wasm core once, and tells what that took. */

const started = performance.now();

/**
 * The core, or `null` where it could not be loaded: then the forms still work, and the server alone checks them.
 * The import is dynamic so that a missing package costs the page its checks and not its life.
 *
 * @type {Promise<null | { core: object, millis: number, bytes: number | null }>}
 */
export const loadedCore = import("./countersign/browser.js")
  .then(async ({ init }) => ({
    core: await init(),
    millis: performance.now() - started,
    bytes: wasmBytes(),
  }))
  .catch((cause) => {
    console.warn("The wasm core did not load.", cause);
    return null;
  });

/** Bytes of the wasm as they came over the wire; `null` where the browser keeps that to itself. */
function wasmBytes() {
  const entry = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".wasm"));
  return entry?.encodedBodySize || null;
}
