// How a module loads: what is no wasm is refused and spoils nothing, twins initialise themselves, `init` resolves to one object.

import { same, thrownBy } from "./cases.mjs";

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
      for (const input of [5, {}, new Uint8Array(8)]) await thrownBy(() => module.init(input));
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
