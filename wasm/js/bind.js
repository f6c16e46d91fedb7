/**
 * A part of the package over one way of loading its wasm: `init`, every operation as an async twin that
 * initialises itself, and what its factories make.
 *
 * `load` gets what was handed to `init` and resolves to the glue. It is called once, and again only after
 * it failed.
 *
 * An operation reads its arguments at once and returns what is then to be done with the glue, so that a wrong
 * argument is thrown before there need be any wasm. Operations may stand in groups (`totp.verify`). A factory is
 * handed a function that resolves to the glue, and answers what is exported, synchronous as it is.
 */
export function bind(load, operations, factories = {}) {
  let loading;
  const core = (input) =>
    (loading ??= Promise.resolve(input)
      .then(load)
      .then((glue) => ({ glue, countersign: synchronous(glue) }))
      .catch((failure) => {
        loading = undefined;
        throw failure;
      }));
  const synchronous = (glue) => over(operations, (operation) => (...args) => operation(...args)(glue));
  const loaded = async () => (await core()).glue;
  // The arguments are read before the first `await`, so that a password wiped right after the call is the
  // password that was meant.
  const twins = over(operations, (operation) => async (...args) => {
    const run = operation(...args);
    return run(await loaded());
  });
  const init = async (input) => (await core(input)).countersign;
  return { init, ...twins, ...over(factories, (factory) => factory(loaded)) };
}

/** The same tree with each function replaced. */
const over = (tree, replace) =>
  Object.freeze(
    Object.fromEntries(
      Object.entries(tree).map(([name, branch]) => [
        name,
        typeof branch === "function" ? replace(branch) : over(branch, replace),
      ]),
    ),
  );
