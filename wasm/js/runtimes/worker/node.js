// Node, Deno and Bun: a thread, which keeps the process alive only while an answer is being waited for.

import { Worker } from "node:worker_threads";

import { api } from "./api.js";

function spawn(hear, fail) {
  // Flags of the process are not for the thread: some of them (`--input-type`) would end it.
  const worker = new Worker(new URL("./thread-script.js", import.meta.url), { execArgv: [] });
  worker.on("message", hear);
  worker.on("error", (error) => fail(error.message));
  worker.unref();
  return { post: (message) => worker.postMessage(message), wait: (on) => (on ? worker.ref() : worker.unref()) };
}

export const { NAMES } = api(spawn);
export { CLASSES } from "./api.js";
