// Many verifications at the default cost, and the linear memory after them.

import { memories } from "./watch.mjs";

export async function verifyOften({ init }, times) {
  const core = await init();
  // 19,456 KiB, as OWASP has it.
  const hash = core.hashPassword("analytical engine");
  const answers = { right: 0, wrong: 0 };
  for (let time = 0; time < times; time += 1) {
    const right = time % 2 === 0;
    if (core.verifyPassword(hash, right ? "analytical engine" : `engine ${time}`) === right) answers[right ? "right" : "wrong"] += 1;
  }
  return { ...answers, memories: memories.map(({ buffer }) => buffer.byteLength) };
}
