import { ask } from "./api.js";
import { loadedCore } from "./core.js";
import { LiveForm } from "./live-form.js";

/**
 * The sign-up form.
 *
 * @param {object} page
 * @param {import("./ledger.js").Ledger} page.ledger
 * @param {(credentials: { identifier: string, password: string }) => Promise<void>} page.registered Signs the new user in.
 */
export function signUp({ ledger, registered }) {
  let core = null;
  let accepted = null;
  const askServer = document.getElementById("ask-server");

  const form = new LiveForm(document.getElementById("sign-up-form"), {
    working: "Creating the account…",
    judge(values) {
      if (core === null) return null;
      const verdict = core.validateRegistration(registration(values));
      accepted = verdict.ok ? verdict.value : null;
      return verdict.ok ? [] : verdict.issues;
    },
    judged(verdict) {
      askServer.hidden = verdict.shown.length === 0;
      ledger.form(verdict, accepted ? mapped(accepted, form.values()) : []);
    },
    async send(values, asked) {
      const outcome = await ask("POST", "/api/auth/register", { body: registration(values) });
      ledger.server(outcome, {
        asked,
        notes: outcome.answered && outcome.ok ? [`Account ${outcome.body.user_id} made`] : [],
      });
      return outcome;
    },
    async granted(_answer, { email, password }) {
      form.status("The account is made. Signing in…");
      await registered({ identifier: email, password });
      form.clear();
    },
  });
  askServer.querySelector("button").addEventListener("click", () => form.submit({ evenIfRefused: true }));

  loadedCore.then((loaded) => {
    core = loaded?.core ?? null;
    // Someone may have typed before the core was there.
    form.look();
  });
  return {
    entered() {
      form.look();
    },
    left() {
      askServer.hidden = true;
    },
  };
}

const ALWAYS = ["username", "email", "password"];

/** What both the core and the server are asked about: fields left empty that need not be there are not there. */
function registration(values) {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== "" || ALWAYS.includes(name)));
}

/** What will be stored in another spelling than it was typed in. A password is never among it. */
function mapped(accepted, typed) {
  return ["email", "phone"]
    .filter((field) => typeof accepted[field] === "string" && accepted[field] !== typed[field])
    .map((field) => `${field === "email" ? "E-mail" : "Phone"} will be kept as ${accepted[field]}`);
}
