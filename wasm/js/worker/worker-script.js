// The worker of a page.

import * as countersign from "../browser.js";
import { answered } from "./serve.js";

self.onmessage = async ({ data }) => self.postMessage(await answered(data, countersign));
self.postMessage("listening");
