import { tried } from "./own.js";
import { NOBODY, readRecord } from "./record.js";

/**
 * Where the record is kept. A storage that fails, or holds what none of ours wrote, ends nobody's session: what was last
 * known goes on being known here.
 */
export function vault(storage, key) {
  let known = NOBODY;
  let text;
  // What the storage would not take is known here alone.
  let unsaved;
  let turn;

  async function read() {
    try {
      const found = unsaved ? text : await storage.getItem(key);
      if (found !== text) known = typeof found === "string" ? (readRecord(found) ?? known) : NOBODY;
      text = found;
    } catch {
      // What was known stays.
    }
    return known;
  }

  async function update(to) {
    const after = to(await read());
    const next = JSON.stringify(after);
    if (next === text && !unsaved) return known;
    [known, text] = [after, next];
    try {
      await storage.setItem(key, next);
      unsaved = false;
    } catch {
      unsaved = true;
    }
    return known;
  }

  // Resolves to the record, once `to` has made another of it where there is one to do so. One after the other: an
  // asynchronous storage would let two changes read the same, and one be lost.
  return (to) => (turn = Promise.resolve(turn).then(() => (to ? update(to) : read())));
}

/**
 * localStorage of a page, where it may be written to. A browser that blocks site data throws at its mere mention; Node warns at
 * it, and keeps nothing there unless it is told where.
 */
export const browserStorage = (host) =>
  tried(() => {
    const { localStorage } = host.document && host;
    localStorage.setItem("countersign", "");
    localStorage.removeItem("countersign");
    return localStorage;
  });

/** For where nothing is kept: gone with the page, and no other tab's. */
export function memory() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key),
    setItem: (key, text) => items.set(key, text),
    removeItem: (key) => items.delete(key),
  };
}
