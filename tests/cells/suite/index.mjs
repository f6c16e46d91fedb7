// The suite that every cell runs as it stands: nothing of any runtime, no test framework, no import from outside.
//
// It is handed the package's modules by subpath, as `import` or `require` gave them, and facts (../facts.mjs), and
// resolves to a report: how many checks held, and what went wrong.

import { NO_OPERATION, bad, good, proof, same } from "./cases.mjs";
import { client } from "./client.mjs";
import { edge } from "./edge.mjs";
import { forms } from "./forms.mjs";
import { loading } from "./loading.mjs";
import { passwords } from "./passwords.mjs";
import { tokens } from "./tokens.mjs";
import { wrongCalls } from "./wrong-calls.mjs";

const AREAS = [forms, passwords, tokens, edge, client];

/** They take the wasm that `.` has loaded where there is one: `./worker` where there are no workers. */
const SHARING = ["./inline", "./worker"];

/**
 * @param {Record<string, object>} modules subpath -> module
 * @param {object} facts what the suite cannot make for itself: tokens signed by others, hashes
 */
export async function prove(modules, facts) {
  const report = { checks: 0, failures: [] };
  const check = async (name, action) => {
    try {
      await action();
      report.checks += 1;
    } catch (error) {
      report.failures.push(`${name}: ${error?.name}: ${error?.message ?? error}`);
    }
  };
  const cases = AREAS.flatMap((area) => area({ good, bad, proof, same, facts }));
  for (const [subpath, module] of Object.entries(modules)) {
    const name = `countersign${subpath.slice(1)}`;
    const first = !SHARING.includes(subpath) || !("." in modules);
    const subjects = await loading(name, module, check, first);
    for (const [subject, operations] of subjects) {
      for (const { operation, title, run } of cases) {
        if (operation in operations) await check(`${subject} ${operation} ${title}`, () => run(operations, module));
      }
    }
    if (first || subpath === "./worker") await wrongCalls(subjects, facts, check);
    for (const operation of Object.keys(module)) {
      if (operation === "init" || NO_OPERATION.includes(operation)) continue;
      await check(`${name} ${operation} is checked, with what is good and what is bad`, () => {
        const kinds = cases.filter((one) => one.operation === operation).map(({ kind }) => kind);
        for (const kind of ["good", "bad"]) if (!kinds.includes(kind)) throw new Error(`the suite has nothing ${kind} for it`);
      });
    }
  }
  return report;
}
