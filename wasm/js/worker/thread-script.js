// The thread of Node, Deno and Bun.

import { parentPort } from "node:worker_threads";

import * as countersign from "../node.js";
import { answered } from "./serve.js";

parentPort.on("message", async (message) => parentPort.postMessage(await answered(message, countersign)));
