import { inWorker } from "./argon2.js";
import { element } from "./elements.js";
import { duration } from "./words.js";

/** The panel that hashes a text with Argon2id in a worker and verifies it. */
export function hashBench() {
  const form = document.getElementById("hash-form");
  const text = document.getElementById("hash-password");
  const cost = document.getElementById("hash-cost");
  const status = document.getElementById("hash-status");
  const turning = document.getElementById("hash-turning");
  const result = document.getElementById("hash-result");
  let busy = false;

  /** Runs one piece of work in the worker, and measures meanwhile how long the page ever stood still. */
  async function run(words, task) {
    if (busy) return null;
    busy = true;
    turning.hidden = false;
    status.textContent = words;
    form.setAttribute("aria-busy", "true");
    const stillness = watchFrames();
    try {
      const answer = await inWorker(task);
      return { ...answer, longestPause: stillness.stop() };
    } catch (fault) {
      stillness.stop();
      status.textContent = `Argon2 did not run. ${fault.message}`;
      return null;
    } finally {
      busy = false;
      turning.hidden = true;
      form.setAttribute("aria-busy", "false");
    }
  }

  async function hash() {
    const [memoryKib, iterations, parallelism] = cost.value.split(",").map(Number);
    const done = await run("Hashing in the worker…", {
      task: "hash",
      password: text.value,
      cost: { memoryKib, iterations, parallelism },
    });
    if (!done) return;
    status.textContent = `Hashed in ${duration(done.millis)}.`;
    show(done);
  }

  function show({ result: phc, millis, longestPause }) {
    const again = element("input", {
      id: "hash-again",
      type: "text",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
    });
    const verdict = element("p", { class: "form-status", role: "status", id: "hash-verdict" });
    result.replaceChildren(
      anatomy(phc),
      element(
        "p",
        { class: "facts" },
        `${duration(millis)} in the worker`,
        longestPause === null ? null : ` · the page stood still for at most ${duration(longestPause)} meanwhile`,
      ),
      element(
        "form",
        {
          class: "again",
          method: "post",
          novalidate: true,
          async onsubmit(event) {
            event.preventDefault();
            verdict.textContent = "";
            const done = await run("Verifying in the worker…", { task: "verify", hash: phc, password: again.value });
            if (!done) return;
            status.textContent = "";
            verdict.textContent = `${done.result ? "Matches" : "Does not match"}, found in ${duration(done.millis)}.`;
            verdict.dataset.match = String(done.result);
          },
        },
        element("div", { class: "field" }, element("label", { for: "hash-again" }, "Type it again to verify"), again),
        element(
          "div",
          { class: "actions" },
          element("button", { type: "submit", class: "secondary" }, "Verify"),
          verdict,
        ),
      ),
    );
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    hash();
  });
}

/** The PHC string, and what its parts are. */
function anatomy(phc) {
  const [, algorithm, version, parameters, salt, tag] = phc.split("$");
  const { m, t, p } = Object.fromEntries(parameters.split(",").map((pair) => pair.split("=")));
  const part = (kind, value) => element("span", { class: `phc-${kind}` }, value);
  const meaning = (kind, name, value) =>
    element("div", {}, element("dt", { class: `phc-${kind}` }, name), element("dd", {}, value));
  return element(
    "div",
    {},
    element(
      "p",
      { class: "phc" },
      ...[
        part("algorithm", `$${algorithm}$${version}`),
        part("cost", `$${parameters}`),
        part("salt", `$${salt}`),
        part("tag", `$${tag}`),
      ],
    ),
    element(
      "dl",
      { class: "anatomy" },
      meaning(
        "algorithm",
        "Algorithm",
        `${algorithm}, version ${Number(version.slice(2)) === 19 ? "1.3" : version.slice(2)}`,
      ),
      meaning(
        "cost",
        "Cost",
        `${Math.round(m / 1024)} MiB, ${t} ${t === "1" ? "pass" : "passes"}, ${p} ${p === "1" ? "lane" : "lanes"}`,
      ),
      meaning("salt", "Salt", `${bytesOf(salt)} random bytes`),
      meaning("tag", "Hash", `${bytesOf(tag)} bytes`),
    ),
  );
}

function bytesOf(base64) {
  return Math.floor((base64.length * 3) / 4);
}

/** Watches how far apart the page's frames are; `stop` gives the longest gap in ms, `null` where too few were drawn. */
function watchFrames() {
  let longest = 0;
  let frames = 0;
  let last = performance.now();
  let request = requestAnimationFrame(function drawn() {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    frames += 1;
    request = requestAnimationFrame(drawn);
  });
  return {
    stop() {
      cancelAnimationFrame(request);
      return frames > 1 ? longest : null;
    },
  };
}
