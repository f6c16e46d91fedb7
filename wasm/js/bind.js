import * as operations from "./operations.js";

/**
 * The whole package over one way of loading its wasm: `init`, and every operation as an async twin that
 * initialises itself.
 *
 * `load` gets what was handed to `init` and resolves to the glue. It is called once, and again only after
 * it failed.
 */
export function bind(load) {
  let loading;
  const core = (input) =>
    (loading ??= Promise.resolve(input)
      .then(load)
      .then((glue) => ({ glue, countersign: synchronous(glue) }))
      .catch((failure) => {
        loading = undefined;
        throw failure;
      }));
  const init = async (input) => (await core(input)).countersign;
  // The arguments are read before the first `await`, so that a password wiped right after the call is the
  // password that was meant.
  const twin = (operation) => async (...args) => {
    const run = operation(...args);
    return run((await core()).glue);
  };
  return { init, ...overOperations(twin) };
}

const synchronous = (glue) =>
  Object.freeze(overOperations((operation) => (...args) => operation(...args)(glue)));

const overOperations = (over) =>
  Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, over(operation)]));
