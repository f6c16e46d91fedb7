// Pages: a module worker beside this file. Bundlers know it by this very expression.

import { api } from "./api.js";

function spawn(hear, fail) {
  const worker = new Worker(new URL("./worker-script.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    fail(event.message ?? "its script could not be loaded");
  };
  return { post: (message) => worker.postMessage(message), wait: () => {} };
}

export const { NAMES } = api(spawn);
export { CLASSES } from "./api.js";
