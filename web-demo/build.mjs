// Makes web-demo/dist: the page as it is written in src, and beside it, under countersign/, the part of the built
// package that a browser loads. No bundler: what one reads in the browser is what stands in the repository.
//
//     node web-demo/build.mjs            after `make package`, which builds wasm/pkg

import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const PACKAGE = join(HERE, "..", "wasm", "pkg", "dist");
// The package's entry for pages and workers.
const ENTRY = "browser.js";

/** Builds `dist`; throws a sentence where the package is not there. */
export function build() {
  if (!existsSync(join(PACKAGE, ENTRY))) {
    throw new Error(`The wasm package is not built: ${join(PACKAGE, ENTRY)} is missing. Run \`make package\` first.`);
  }
  // Made beside and renamed, so that a server that starts meanwhile never reads half a page.
  const fresh = join(HERE, "dist.new");
  rmSync(fresh, { recursive: true, force: true });
  cpSync(join(HERE, "src"), fresh, { recursive: true });
  for (const file of reachedFrom(ENTRY)) {
    const target = join(fresh, "countersign", file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(PACKAGE, file), target);
  }
  const dist = join(HERE, "dist");
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  return dist;
}

/** The files that `entry` imports or fetches from beside itself, itself among them: the other runtimes' entries stay out. */
function reachedFrom(entry) {
  const reached = new Set([entry]);
  for (const file of reached) {
    if (!file.endsWith(".js")) continue;
    const text = readFileSync(join(PACKAGE, file), "utf8");
    for (const [, name] of text.matchAll(/(?:from|import|new URL\()\s*["'](\.\.?\/[^"']+)["']/g)) {
      reached.add(normalize(join(dirname(file), name)));
    }
  }
  return reached;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(`Built ${build()}`);
  } catch (fault) {
    console.error(fault.message);
    process.exit(1);
  }
}
