// How cases are written: an operation, what it is given, what must come of it.

/** What a module may have beside what the package exports, as `require` or a bundler gave it. */
export const NO_OPERATION = ["default", "module.exports", "__esModule"];

/** The operation answers `expected`. */
export const good = (operation, args, expected) => ({
  operation,
  kind: "good",
  title: `of ${shown(args)}`,
  run: async (operations) => same(await operations[operation](...args), expected),
});

/** The operation throws an error with these members, or answers a verdict that is not ok, or false. */
export const bad = (operation, args, expected) => ({
  operation,
  kind: "bad",
  title: `of ${shown(args)}`,
  run: async (operations, module) => {
    if (expected === false || expected.ok === false) return same(await operations[operation](...args), expected);
    const error = await thrownBy(() => operations[operation](...args));
    const { name, ...members } = expected;
    same(error.name, name);
    if (name === "TypeError" && !(error instanceof TypeError)) throw new Error("it is no TypeError of this realm");
    if (name === "TokenError" && !(error instanceof module.TokenError)) throw new Error("it is no TokenError of this module");
    same(Object.fromEntries(Object.keys(members).map((member) => [member, error[member]])), members);
  },
});

/** Anything else that must hold. `kind` is "good" or "bad". */
export const proof = (operation, kind, title, run) => ({ operation, kind, title, run });

/** Throws unless both are the same, values of own members and bytes included. */
export function same(found, expected) {
  const [one, other] = [canonical(found), canonical(expected)];
  if (one !== other) throw new Error(`found ${one}, expected ${other}`);
}

/** What the action throws, at once or by its promise. */
export async function thrownBy(action) {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function canonical(value) {
  if (value === undefined) return "undefined";
  if (value === null || typeof value !== "object") return typeof value === "bigint" ? `${value}n` : JSON.stringify(value);
  if (ArrayBuffer.isView(value)) return `bytes(${[...value].join()})`;
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

function shown(args) {
  const text = args.map(canonical).join(", ");
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
