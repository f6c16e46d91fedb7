import { ask } from "./api.js";
import { LiveForm } from "./live-form.js";
import { deviceToken } from "./session.js";
import { counted } from "./words.js";

/**
 * The sign-in form.
 *
 * @param {object} page
 * @param {import("./ledger.js").Ledger} page.ledger
 * @param {(login: object) => void} page.signedIn Takes the server's answer to a log-in.
 * @param {(mfaToken: string) => void} page.awaited Called when the password was right and a second factor is wanted.
 */
export function signIn({ ledger, signedIn, awaited }) {
  const form = new LiveForm(document.getElementById("sign-in-form"), {
    working: "Signing in…",
    judge: missing,
    send: (values) => logIn(ledger, values),
    taken(outcome) {
      if (!outcome.answered || outcome.body?.code !== "mfa_required") return false;
      form.clear();
      awaited(outcome.body.mfa_token);
      return true;
    },
    granted(answer) {
      form.clear();
      signedIn(answer.body);
    },
  });
  return form;
}

/** Asks the server to log in. The proof of an earlier log-in in this browser goes along where there is one. */
export async function logIn(ledger, { identifier, password }) {
  const outcome = await ask("POST", "/api/auth/login", { body: { identifier, password, device_token: deviceToken() } });
  const notes =
    outcome.answered && outcome.ok
      ? [`Access token for ${counted(Math.round(outcome.body.expires_in / 60), "minute")}`]
      : [];
  ledger.server(outcome, { notes });
  return outcome;
}

/**
 * Only what is missing. Any other rule here would tell a stranger which names and passwords can exist,
 * and would lock out who registered under older rules.
 */
function missing(values) {
  return Object.entries(values)
    .filter(([, value]) => value === "")
    .map(([field]) => ({ field, code: "required", message: "This field is required." }));
}
