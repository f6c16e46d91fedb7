// There are no workers here, and no page that could be blocked: the functions of `.` answer where they are called.

import * as countersign from "../RUNTIME.js";
import { over } from "./api.js";

export const { NAMES } = over(countersign);
export { CLASSES } from "./api.js";
