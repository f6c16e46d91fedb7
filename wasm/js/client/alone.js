// One tab at a time.

import { LEASE_MS, LOCK_PATIENCE_MS, LOOK_MS, SETTLE_MS } from "./limits.js";

/** `alone(work)` runs `work` while no other tab runs any: by Web Locks (W3C), else by a claim in the storage they share. */
export function aloneBy(host, storage, key) {
  const locks = host.navigator?.locks;
  const leased = byLease(host, storage, `${key} lock`);
  if (!locks) return leased;
  return async (work) => {
    let running;
    const run = () => (running = work());
    const waiting = new AbortController();
    const { signal } = waiting;
    const timer = host.setTimeout(() => waiting.abort(), LOCK_PATIENCE_MS);
    try {
      return await locks.request(key, { signal }, run);
    } catch {
      // The lock was taken away from us: what is under way still ends by itself.
      if (running) return running;
      if (!signal.aborted) return leased(run);
      return locks.request(key, { steal: true }, run).catch(() => running);
    } finally {
      host.clearTimeout(timer);
    }
  };
}

/** Where this lets two through at once, the server answers both with the same pair. */
function byLease(host, storage, key) {
  return async (work) => {
    const mine = String(Math.random());
    const deadline = host.performance.now() + LOCK_PATIENCE_MS;
    try {
      while (host.performance.now() < deadline) {
        const [owner, until] = String(await storage.getItem(key)).split(" ");
        const left = until - host.Date.now();
        // A claim of longer than claims are is none of ours, or the clock was set.
        const taken = left > 0 && left <= LEASE_MS;
        if (taken && owner === mine) break;
        if (!taken) await storage.setItem(key, `${mine} ${host.Date.now() + LEASE_MS}`);
        const pause = taken ? LOOK_MS : SETTLE_MS * (1 + Math.random());
        await new Promise((done) => host.setTimeout(done, pause));
      }
    } catch {
      // A storage that takes no claim keeps nobody out.
    }
    const result = await work();
    try {
      await storage.removeItem(key);
    } catch {
      // It runs out by itself.
    }
    return result;
  };
}
