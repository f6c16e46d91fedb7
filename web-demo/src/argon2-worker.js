/** Argon2 away from the page: at the usual cost it keeps a thread busy for as long as several frames take. */

import { init } from "./countersign/browser.js";

const ready = init();

self.onmessage = async ({ data: { task, password, hash, cost } }) => {
  try {
    const core = await ready;
    const began = performance.now();
    const result = task === "hash" ? core.hashPassword(password, cost) : core.verifyPassword(hash, password);
    self.postMessage({ result, millis: performance.now() - began });
  } catch (fault) {
    self.postMessage({ fault: fault.message });
  }
};
