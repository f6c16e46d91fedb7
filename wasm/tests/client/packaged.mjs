// The client as `import` gets it from the installed package.

import { join } from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { home } from "../installed.mjs";

const resolved = createRequire(join(home, "index.js")).resolve("countersign/client");

export const { createAuthClient, AuthError } = await import(pathToFileURL(resolved.replace(/\.cjs$/, ".js")).href);
