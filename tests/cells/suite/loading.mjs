// How a module loads: what is no wasm is refused and spoils nothing, twins initialise themselves, `init` resolves to one object.

import { same, thrownBy } from "./cases.mjs";

// What is no wasm, and the errors of the platform that it may be refused with: bytes do not compile anywhere, and other
// values are of the wrong type, but where a worker may compile nothing and looks at nothing (workerd).
const NO_WASM = [
  [5, ["TypeError", "CompileError"]],
  [{}, ["TypeError", "CompileError"]],
  [new Uint8Array(8), ["CompileError"]],
];

/**
 * Loads a module and resolves to what it can be asked by: its top level, and the object of `init` where there is one.
 *
 * @param {boolean} first whether nothing has loaded its wasm before
 * @returns {Promise<[string, object][]>} name and operations
 */
export async function loading(name, module, check, first) {
  const subjects = [[name, module]];
  if (module.init === undefined) return subjects;
  if (first) {
    await check(`${name} init refuses what is no wasm`, async () => {
      for (const [input, names] of NO_WASM) {
        const error = await thrownBy(() => module.init(input));
        // Every platform names what it would not do; a TypeError of ours has a code, or is a fault of ours and names no WebAssembly.
        same([error instanceof Error, names.includes(error.name), /\bWebAssembly\b/.test(error.message), error.code], [true, true, true, undefined]);
      }
    });
  }
  await check(`${name} an operation loads the wasm, also after that`, () => loadedBy(module));
  let core;
  await check(`${name} init resolves to one and the same frozen object`, async () => {
    core = await module.init();
    same([core === (await module.init()), Object.isFrozen(core)], [true, true]);
  });
  if (core !== undefined) subjects.push([`${name} init()`, core]);
  return subjects;
}

async function loadedBy({ validateEmail, verifyToken, passwordStrength }) {
  if (validateEmail) same(await validateEmail("Ada@Example.com"), { ok: true, value: "ada@example.com" });
  else if (verifyToken) same((await thrownBy(() => verifyToken("x", {}, {}))).name, "TypeError");
  else same((await passwordStrength("password")).score, 0);
}
