// The files that the makers of inputs start at.

import { readFileSync } from "node:fs";

export const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

export const vectors = (name) => JSON.parse(read(`tests/vectors/${name}.json`));
