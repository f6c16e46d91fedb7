import { ArgumentError, TokenError } from "../refusals.js";

/**
 * Functions of these names (`totp.verify` for one of a group), each of which asks the worker for its answer.
 *
 * `spawn` starts the worker, once and again only after it failed. It is handed what is to be done with an answer and
 * with a failure, and answers how to send a message, and how to say whether an answer is being waited for.
 */
export function proxy(names, spawn) {
  const waiting = new Map();
  let last = 0;
  let worker;

  const hear = ([id, kind, ...parts]) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker?.wait(false);
    if (kind === "value") resolve(parts[0]);
    else reject(refusal(kind, parts));
  };
  const fail = (reason) => {
    worker = undefined;
    const failure = new Error(`The worker of countersign failed: ${reason}`);
    for (const [id, { reject }] of waiting) waiting.delete(id), reject(failure);
  };
  // The message is a copy that is made at once, so that a password wiped right after the call is the one that was meant.
  const ask = (name, args) =>
    new Promise((resolve, reject) => {
      worker ??= spawn(hear, fail);
      post(worker, [last + 1, name, args]);
      last += 1;
      waiting.set(last, { resolve, reject });
      worker.wait(true);
    });

  const functions = grouped(names.map((name) => [name, async (...args) => ask(name, args)]));
  const safeVerifyToken = async (...args) => {
    try {
      return { ok: true, value: await functions.verifyToken(...args) };
    } catch (error) {
      if (error instanceof TokenError) return { ok: false, error };
      throw error;
    }
  };
  const all = Object.freeze({ ...functions, safeVerifyToken });
  return { init: async (input) => (await ask("init", [addressed(await input)]), all), ...all };
}

/** The same without a worker, over the functions of `.`: for runtimes that have none, and no page that could be blocked. */
export function inPlace(names, countersign) {
  const path = (name) => name.split(".").reduce((place, part) => place[part], countersign);
  const all = Object.freeze(grouped([...names, "safeVerifyToken"].map((name) => [name, path(name)])));
  return { init: async (input) => (await countersign.init(input), all), ...all };
}

function grouped(entries) {
  const tree = {};
  for (const [name, value] of entries) {
    const [group, inner] = name.split(".");
    if (inner === undefined) tree[group] = value;
    else (tree[group] ??= {})[inner] = value;
  }
  for (const group of Object.values(tree)) Object.freeze(group);
  return tree;
}

function post(worker, message) {
  try {
    worker.post(message);
  } catch (error) {
    if (error?.name !== "DataCloneError") throw error;
    throw new ArgumentError("invalid_type", "An argument is of a type that cannot be handed to a worker.");
  }
}

// An address counts from the page that names it, not from the worker's script; and a URL cannot be sent as it is.
function addressed(input) {
  if (typeof input === "string") return globalThis.location ? new URL(input, globalThis.location.href).href : input;
  return input instanceof URL ? input.href : input;
}

function refusal(kind, parts) {
  if (kind === "token") return new TokenError(...parts);
  if (kind === "argument") return new ArgumentError(...parts);
  return new Error(parts[0]);
}
