import { explain } from "./api.js";
import { announce, element } from "./elements.js";
import { counted } from "./words.js";

// A fault shown at the first key would scold for not having finished. A field is judged when one leaves it or stops
// for this long, and from then on at every key.
const PAUSE_MS = 700;

/**
 * @typedef {{ field: string, code: string, message: string }} Issue
 *
 * @typedef {object} Wiring
 * @property {(values: Record<string, string>) => Issue[] | null} judge  Every fault of the form; `null` where nobody here can tell.
 * @property {(verdict: Verdict) => void} [judged]  Called after each look at the form.
 * @property {(values: Record<string, string>, asked: Issue[]) => Promise<import("./api.js").Answer | import("./api.js").Silence>} send
 * @property {(answer: import("./api.js").Answer, values: Record<string, string>) => void | Promise<void>} granted
 * @property {(outcome: import("./api.js").Answer | import("./api.js").Silence) => boolean} [taken]  Whether the page has seen to a refusal itself.
 * @property {string} working  What the status line says meanwhile.
 *
 * @typedef {object} Verdict
 * @property {Issue[]} issues  Every fault, also of fields not reached yet.
 * @property {Issue[]} shown   Those of them that a person sees by now.
 * @property {number} millis   What the look took.
 */

/** A form whose faults show as one types, and which shows the server's faults at the same places in the same way. */
export class LiveForm {
  #form;
  #wiring;
  #touched = new Set();
  /** What the server said of a field, until the field is changed. */
  #refused = new Map();
  #pause;
  #pending = false;

  /** @param {HTMLFormElement} form @param {Wiring} wiring */
  constructor(form, wiring) {
    this.#form = form;
    this.#wiring = wiring;
    form.addEventListener("input", ({ target }) => this.#typed(target));
    form.addEventListener("focusout", ({ target }) => this.#left(target));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    for (const button of form.querySelectorAll(".reveal")) button.addEventListener("click", () => reveal(button));
  }

  /** What is typed, by field name, as it is. */
  values() {
    return Object.fromEntries(this.#inputs().map((input) => [input.name, input.value]));
  }

  /** Puts text into fields, as if it had been typed. @param {Record<string, string>} values */
  fill(values) {
    for (const input of this.#inputs()) if (input.name in values) input.value = values[input.name];
  }

  /** Empties the form and forgets what was said about it. */
  clear() {
    this.#form.reset();
    this.#touched.clear();
    this.#refused.clear();
    clearTimeout(this.#pause);
    this.status("");
    this.alert("");
    for (const button of this.#form.querySelectorAll('.reveal[aria-pressed="true"]')) reveal(button);
    this.look();
  }

  /** What the line beside the button says. @param {string} sentence */
  status(sentence) {
    this.#form.querySelector(".form-status").textContent = sentence;
  }

  /** Looks at the whole form, shows the faults of the fields reached so far, and tells the page. */
  look() {
    const began = performance.now();
    const issues = this.#wiring.judge(this.values());
    const millis = performance.now() - began;
    const shown = this.#show(issues ?? []);
    if (issues !== null) this.#wiring.judged?.({ issues, shown, millis });
    return issues ?? [];
  }

  /**
   * Sends the form, unless it is known to be refused.
   *
   * @param {{ evenIfRefused?: boolean }} [options] `evenIfRefused` sends it all the same, to see what the server says.
   */
  async submit({ evenIfRefused = false } = {}) {
    if (this.#pending) return;
    clearTimeout(this.#pause);
    for (const { name } of this.#inputs()) this.#touched.add(name);
    this.#refused.clear();
    this.alert("");
    const issues = this.look();
    if (issues.length > 0 && !evenIfRefused) return this.#point();

    const values = this.values();
    this.#working(true);
    try {
      const outcome = await this.#wiring.send(values, issues);
      if (outcome.answered && outcome.ok) return await this.#wiring.granted(outcome, values);
      this.#working(false);
      if (this.#wiring.taken?.(outcome)) return;
      this.refuse(outcome, { again: () => this.submit({ evenIfRefused }) });
    } finally {
      this.#working(false);
    }
  }

  /**
   * Shows why something was refused: at the fields that are named, else above the button.
   *
   * @param {import("./api.js").Answer | import("./api.js").Silence} outcome
   * @param {{ again?: () => void }} [options] What "Try again" does, where trying again can help.
   */
  refuse(outcome, { again } = {}) {
    const errors = (outcome.answered && outcome.body?.errors) || [];
    const here = errors.filter(({ field }) => this.#field(field));
    for (const error of here) {
      this.#refused.set(error.field, error);
      this.#touched.add(error.field);
    }
    if (here.length > 0) {
      // Shown and not judged anew: nothing was typed since, and the ledger's last word is the server's.
      this.#show(this.#wiring.judge(this.values()) ?? []);
      this.#point();
    }
    if (here.length === 0 || here.length < errors.length) {
      const elsewhere = errors.filter(({ field }) => !this.#field(field)).map(({ message }) => message);
      const helps = !outcome.answered || outcome.status >= 500;
      this.alert([explain(outcome), ...elsewhere].join(" "), helps && again ? again : undefined);
    }
  }

  /**
   * A message about the whole form; an empty one takes it away.
   *
   * @param {string} sentence @param {() => void} [again] Offers to try again.
   */
  alert(sentence, again) {
    showAlert(this.#form.querySelector(".form-alert"), sentence, again, "Nothing you typed is lost.");
  }

  #typed(input) {
    if (!input.name) return;
    this.#refused.delete(input.name);
    this.status("");
    clearTimeout(this.#pause);
    if (!this.#touched.has(input.name)) this.#pause = setTimeout(() => this.#reached(input), PAUSE_MS);
    this.look();
  }

  #left(input) {
    // Passing through an empty field on the way elsewhere is no fault yet.
    if (input.name && input.value !== "") this.#reached(input);
  }

  #reached(input) {
    if (this.#touched.has(input.name)) return;
    this.#touched.add(input.name);
    this.look();
  }

  /**
   * Shows one fault per field reached: what `issues` say of it, else what the server said of the same text.
   * Returns those of `issues` that it shows.
   */
  #show(issues) {
    const shown = [];
    for (const input of this.#inputs()) {
      const reached = this.#touched.has(input.name);
      const found = reached ? issues.find(({ field }) => field === input.name) : undefined;
      if (found) shown.push(found);
      this.#mark(input, found ?? this.#refused.get(input.name), reached);
    }
    return shown;
  }

  #mark(input, issue, reached) {
    const box = this.#field(input.name);
    const line = box.querySelector(".fault");
    const message = issue?.message ?? "";
    if (issue && message !== line.textContent && document.activeElement === input) announce(message);
    line.textContent = message;
    if (issue) {
      input.setAttribute("aria-invalid", "true");
      box.dataset.fault = issue.code;
    } else {
      input.removeAttribute("aria-invalid");
      delete box.dataset.fault;
    }
    box.classList.toggle("sound", reached && !issue && input.value !== "");
  }

  /** Moves to the first fault and says how many there are. */
  #point() {
    const faulty = this.#inputs().filter((input) => input.getAttribute("aria-invalid") === "true");
    if (faulty.length === 0) return;
    const fold = faulty[0].closest("details");
    if (fold) fold.open = true;
    faulty[0].focus();
    this.status(`${counted(faulty.length, "field")} ${faulty.length === 1 ? "needs" : "need"} another look.`);
  }

  #working(pending) {
    if (this.#pending === pending) return;
    this.#pending = pending;
    this.#form.setAttribute("aria-busy", String(pending));
    // Not `disabled`: that would drop the focus of whoever pressed it.
    this.#form.querySelector('[type="submit"]').setAttribute("aria-disabled", String(pending));
    this.status(pending ? this.#wiring.working : "");
  }

  #inputs() {
    return [...this.#form.querySelectorAll("input[name]")];
  }

  #field(name) {
    return this.#form.querySelector(`.field[data-field="${CSS.escape(name)}"]`);
  }
}

/**
 * Fills or empties an alert.
 *
 * @param {HTMLElement} box @param {string} sentence @param {() => void} [again] @param {string} [comfort] Said where one can try again.
 */
export function showAlert(box, sentence, again, comfort) {
  box.replaceChildren();
  box.hidden = sentence === "";
  if (sentence === "") return;
  box.append(element("p", {}, sentence, again && comfort ? ` ${comfort}` : null));
  if (again) box.append(element("button", { type: "button", class: "secondary", onclick: again }, "Try again"));
}

function reveal(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = button.getAttribute("aria-pressed") !== "true";
  input.type = show ? "text" : "password";
  // The button keeps its name and is pressed: a name that changed too would say it twice, and once wrongly.
  button.setAttribute("aria-pressed", String(show));
}
