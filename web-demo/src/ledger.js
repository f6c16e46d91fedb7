import { element } from "./elements.js";
import { counted, duration } from "./words.js";

// More would only be scrolled past; the newest stands on top.
const LINES = 8;

/** The list of decisions: who made each, and what it said. */
export class Ledger {
  #list = document.getElementById("ledger-list");
  #empty = document.getElementById("ledger-empty");
  /** The form's line on top, rewritten while one types instead of adding a line per key. */
  #formLine = null;
  #looks = 0;

  /**
   * What the form said of itself.
   *
   * @param {import("./live-form.js").Verdict} verdict
   * @param {string[]} [notes] What is worth adding where it found no fault.
   */
  form({ issues, shown, millis }, notes = []) {
    const nothingToSay = shown.length === 0 && issues.length > 0 && this.#formLine === null;
    if (nothingToSay) return;
    this.#looks = this.#formLine ? this.#looks + 1 : 1;
    const line = entry({
      who: "This page",
      kind: "form",
      verdict: inWords(issues, shown),
      refused: shown.length > 0,
      details: [...shown.map(fault), ...notes.map((note) => element("li", {}, note))],
      facts: ["wasm", counted(this.#looks, "look"), `last took ${duration(millis)}`],
    });
    if (this.#formLine) this.#formLine.replaceWith(line);
    else this.#add(line);
    this.#formLine = line;
  }

  /**
   * What the server answered, or that it did not.
   *
   * @param {import("./api.js").Answer | import("./api.js").Silence} outcome
   * @param {{ notes?: string[], asked?: import("./live-form.js").Issue[] }} [more]
   *   `asked` are the faults the form had found in the same request, to hold them against the server's.
   */
  server(outcome, { notes = [], asked = [] } = {}) {
    this.#formLine = null;
    const errors = (outcome.answered && outcome.body?.errors) || [];
    const compared = asked.length > 0 && errors.length > 0;
    const line = entry({
      who: "Server",
      kind: "server",
      verdict: outcome.answered ? `${outcome.status} ${outcome.body?.code ?? outcome.statusText}`.trim() : "no answer",
      refused: !outcome.answered || !outcome.ok,
      details: [...(compared ? [] : errors.map(fault)), ...notes.map((note) => element("li", {}, note))],
      facts: [`${outcome.method} ${outcome.path}`, outcome.answered ? duration(outcome.millis) : null],
      reference: outcome.answered && outcome.requestId ? `request ${outcome.requestId}` : null,
    });
    if (compared) line.append(comparison(asked, errors));
    this.#add(line);
  }

  #add(line) {
    this.#empty.hidden = true;
    this.#list.prepend(line);
    while (this.#list.children.length > LINES) this.#list.lastElementChild.remove();
  }
}

function inWords(issues, shown) {
  if (shown.length > 0) return `refuses ${counted(shown.length, "field")}`;
  return issues.length > 0 ? "finds no fault so far" : "finds no fault";
}

function entry({ who, kind, verdict, refused, details, facts, reference = null }) {
  return element(
    "li",
    { class: `entry from-${kind}${refused ? " refused" : ""}` },
    element(
      "p",
      { class: "said" },
      element("span", { class: "who" }, who),
      " ",
      element("span", { class: "verdict" }, verdict),
    ),
    details.length > 0 && element("ul", { class: "details" }, ...details),
    element("p", { class: "facts" }, facts.filter(Boolean).join(" · "), reference && element("span", {}, reference)),
  );
}

function fault({ field, code }) {
  return element("li", {}, element("code", {}, field), " ", element("code", { class: "code" }, code));
}

/** The two verdicts on one form: one cell across both columns where they are the same, else one each. */
function comparison(asked, errors) {
  const fields = [...new Set([...asked, ...errors].map(({ field }) => field))];
  const rows = fields.map((field) => {
    const form = asked.find((issue) => issue.field === field);
    const server = errors.find((issue) => issue.field === field);
    return { field, form, server, same: form?.code === server?.code && form?.message === server?.message };
  });
  const alike = rows.every(({ same }) => same);
  const column = (name, kind) => element("th", { scope: "col", class: kind && `from-${kind}` }, name);
  return element(
    "table",
    { class: "comparison" },
    element("caption", {}, alike ? "Asked twice, answered in the same words" : "The two answers differ"),
    element("thead", {}, element("tr", {}, column("Field"), column("This page", "form"), column("Server", "server"))),
    element(
      "tbody",
      {},
      ...rows.map(({ field, form, server, same }) =>
        element(
          "tr",
          { class: same ? "same" : "differs" },
          element("th", { scope: "row" }, element("code", {}, field)),
          same ? answer(form, 2) : answer(form, 1),
          !same && answer(server, 1),
        ),
      ),
    ),
  );
}

function answer(issue, columns) {
  return element(
    "td",
    { colspan: columns > 1 && columns },
    element("code", { class: "code" }, issue?.code ?? "no fault"),
    issue && element("span", {}, issue.message),
  );
}
