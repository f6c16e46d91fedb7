// The page that links in mails lead to. The token stands in the fragment, which a browser sends to nobody, and goes out by a
// POST when the button is pressed: whoever only opens or fetches the link does nothing with it.

// Where the demo keeps what tells this browser again, and sends it along at the next log-in.
const DEVICE_TOKEN = "countersign.device";

const outcome = document.getElementById("outcome");
const sections = [...document.querySelectorAll("section")];

// What was asked for, and by which token. Not in the address any more once it was read.
let token = null;

const operations = {
  "verify-email": {
    path: "email/verify",
    body: () => ({ token }),
    granted: () => "The address is confirmed.",
  },
  "reset-password": {
    path: "password/reset",
    body: (form) => ({ token, password: form.elements.password.value }),
    granted(answer) {
      keep(answer.device_token);
      return "The password is set. Sign in with it; all other sessions have ended.";
    },
  },
  forgot: {
    path: "password/forgot",
    body: (form) => ({ email: form.elements.email.value }),
    granted: (answer) => `${answer.message}.`,
  },
};

function open() {
  const asked = new URLSearchParams(location.hash.slice(1));
  token = asked.get("token");
  const found = token && sections.find((section) => asked.has(section.id));
  const shown = found || document.getElementById("forgot");
  if (token) history.replaceState(null, "", location.pathname);
  for (const section of sections) section.hidden = section !== shown;
  outcome.textContent = "";
  document.title = shown.querySelector("h1").textContent;
  shown.querySelector("h1").focus();
}

async function send(section) {
  const form = section.querySelector("form");
  const button = form.querySelector("button");
  const operation = operations[section.id];
  button.disabled = true;
  outcome.textContent = "Asking the server…";
  try {
    const response = await fetch(`../api/auth/${operation.path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(operation.body(form)),
    });
    const answer = response.status === 204 ? {} : await response.json();
    outcome.textContent = response.ok ? operation.granted(answer) : refused(answer);
    // What was done cannot be done again; what was refused can be mended.
    if (response.ok && section.id !== "forgot") form.hidden = true;
  } catch {
    outcome.textContent = "The server cannot be reached. Nothing was done; try again.";
  }
  button.disabled = false;
}

// The faults of the fields, or else the sentence for all of it.
function refused(problem) {
  const faults = (problem.errors ?? []).map((fault) => fault.message);
  return faults.length > 0 ? faults.join(" ") : problem.detail;
}

function keep(deviceToken) {
  try {
    localStorage.setItem(DEVICE_TOKEN, deviceToken);
  } catch {
    // A browser that keeps nothing logs in all the same, unless somebody is guessing at the password.
  }
}

for (const section of sections) {
  section.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    send(section);
  });
}
// Another link may be opened in the same tab.
addEventListener("hashchange", () => {
  if (!location.hash) return;
  for (const form of document.querySelectorAll("form")) form.hidden = false;
  open();
});
open();
