/**
 * Does a piece of Argon2 in a worker of its own.
 *
 * The worker ends with its task: the memory that Argon2 asked for, up to 64 MiB here, goes back to the system only so,
 * since a WebAssembly memory never shrinks. Loading the core anew takes a tenth of the time of the task.
 *
 * @param {{ task: "hash", password: string, cost: object } | { task: "verify", hash: string, password: string }} task
 * @returns {Promise<{ result: string | boolean, millis: number }>} What it came to, and how long the core took.
 */
export function inWorker(task) {
  const worker = new Worker(new URL("./argon2-worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.fault === undefined ? resolve(data) : reject(new Error(data.fault)));
    worker.onerror = () => reject(new Error("The worker did not load."));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}
