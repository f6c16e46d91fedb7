import { ask, explain } from "./api.js";
import { element } from "./elements.js";
import { showAlert } from "./live-form.js";
import { session } from "./session.js";
import { tokenPanel } from "./token-panel.js";
import { moment } from "./words.js";

/**
 * The profile view.
 *
 * @param {object} page
 * @param {import("./ledger.js").Ledger} page.ledger
 * @param {(reason: string) => void} page.ended Called when the server no longer takes the token.
 */
export function profile({ ledger, ended }) {
  const heading = document.getElementById("profile-heading");
  const body = document.getElementById("profile-body");
  const alertBox = document.querySelector("#view-profile .form-alert");

  /** Reads the profile and shows it. What is shown already stays until there is something newer. */
  async function load() {
    const token = session()?.token;
    if (!token) return;
    showAlert(alertBox, "");
    body.setAttribute("aria-busy", "true");
    const outcome = await ask("GET", "/api/users/me", { token });
    body.setAttribute("aria-busy", "false");
    // Signed out, or in as someone else, while the answer was on its way.
    if (session()?.token !== token) return;
    ledger.server(outcome, { notes: outcome.answered && outcome.ok ? [`Profile of user ${outcome.body.id}`] : [] });
    if (outcome.answered && outcome.ok) return show(outcome.body, token);
    const gone = outcome.answered && (outcome.status === 401 || outcome.body?.code === "user_not_found");
    if (gone) return ended(explain(outcome));
    showAlert(alertBox, explain(outcome), load, "You are still signed in.");
  }

  async function show(user, token) {
    heading.textContent = calledBy(user);
    const panel = await tokenPanel(token);
    body.replaceChildren(account(user), panel);
  }

  function clear() {
    heading.textContent = "Profile";
    body.replaceChildren();
    showAlert(alertBox, "");
  }

  return { load, clear };
}

function calledBy(user) {
  return user.name || [user.first_name, user.last_name].filter(Boolean).join(" ") || user.username || user.email;
}

function account(user) {
  const rows = [
    ["Username", user.username],
    ["E-mail", user.email, user.email_verified ? "verified" : "not verified"],
    ["Name", user.name],
    ["First name", user.first_name],
    ["Last name", user.last_name],
    ["Phone", user.phone],
    ["Role", user.role],
    ["Status", user.status],
    ["Second factor", user.mfa_enabled ? "on" : "off"],
    ["User id", user.id],
    ["Created", moment(user.created_at)],
    ["Changed", user.updated_at === user.created_at ? null : moment(user.updated_at)],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element(
    "section",
    { class: "panel", "aria-labelledby": "account-heading" },
    element("h2", { id: "account-heading" }, "Account"),
    element(
      "dl",
      { class: "rows" },
      ...rows.map(([name, value, mark]) =>
        element(
          "div",
          {},
          element("dt", {}, name),
          element("dd", {}, value, mark && " ", mark && element("span", { class: "tag" }, mark)),
        ),
      ),
    ),
  );
}
