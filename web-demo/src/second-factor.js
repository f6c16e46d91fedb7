import { ask, explain } from "./api.js";
import { LiveForm } from "./live-form.js";

/**
 * The form for the code that a log-in waits for.
 *
 * @param {object} page
 * @param {import("./ledger.js").Ledger} page.ledger
 * @param {(login: object) => void} page.signedIn Takes the server's answer once the log-in is finished.
 * @param {(reason: string) => void} page.over Called when the server waits no longer.
 */
export function secondFactor({ ledger, signedIn, over }) {
  // In memory alone: it is good for five minutes, and a reload may as well ask for the password again.
  let waiting = null;

  const form = new LiveForm(document.getElementById("second-factor-form"), {
    working: "Checking the code…",
    judge: ({ code }) =>
      code.trim() === "" ? [{ field: "code", code: "required", message: "This field is required." }] : [],
    async send({ code }) {
      const outcome = await ask("POST", "/api/auth/mfa/verify", { body: shown(code), token: waiting });
      ledger.server(outcome, { notes: outcome.answered && outcome.ok ? ["The second factor was shown"] : [] });
      return outcome;
    },
    taken(outcome) {
      if (!outcome.answered || outcome.body?.code !== "mfa_token_invalid") return false;
      forget();
      over(explain(outcome));
      return true;
    },
    granted(answer) {
      forget();
      signedIn(answer.body);
    },
  });

  function forget() {
    waiting = null;
    form.clear();
  }

  return {
    /** @param {string} token The `mfa_token` of a log-in whose password was right. */
    begin(token) {
      form.clear();
      waiting = token;
    },
    isWaiting: () => waiting !== null,
  };
}

/** Six digits are a code of the authenticator, however they are grouped; all else is a recovery code. */
function shown(text) {
  const digits = text.replaceAll(/\s/g, "");
  return /^\d{6}$/.test(digits) ? { code: digits } : { recovery_code: text.trim() };
}
