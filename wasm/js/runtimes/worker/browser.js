// Pages: a module worker beside this file. Bundlers know it by this very expression.

import { api } from "./api.js";

function spawn(hear, fail) {
  const worker = new Worker(new URL("./worker-script.js", import.meta.url), { type: "module" });
  // What comes before its script listens may be lost: a bundler can make one that first waits for its other parts.
  let held = [];
  worker.onmessage = ({ data }) => {
    if (data !== "listening") return hear(data);
    for (const message of held) worker.postMessage(message);
    held = undefined;
  };
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    fail(event.message ?? "its script could not be loaded");
  };
  const post = (message) => (held === undefined ? worker.postMessage(message) : held.push(structuredClone(message)));
  return { post, wait: () => {} };
}

export const { NAMES } = api(spawn);
export { CLASSES } from "./api.js";
