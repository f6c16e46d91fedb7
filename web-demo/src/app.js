import { ask, explain } from "./api.js";
import { hashBench } from "./hash-bench.js";
import { loadedCore } from "./core.js";
import { Ledger } from "./ledger.js";
import { profile } from "./profile.js";
import { secondFactor } from "./second-factor.js";
import { forget, remember, session } from "./session.js";
import { logIn, signIn } from "./sign-in.js";
import { signUp } from "./sign-up.js";
import { addView, go, startViews } from "./views.js";
import { duration, weight } from "./words.js";

const ledger = new Ledger();

const profileView = profile({
  ledger,
  ended(reason) {
    leave();
    signInForm.alert(reason);
  },
});
const secondFactorForm = secondFactor({
  ledger,
  signedIn,
  over(reason) {
    go("sign-in");
    signInForm.alert(reason);
  },
});
const signInForm = signIn({
  ledger,
  signedIn,
  awaited(mfaToken) {
    secondFactorForm.begin(mfaToken);
    go("second-factor");
  },
});
const signUpView = signUp({
  ledger,
  async registered(credentials) {
    const outcome = await logIn(ledger, credentials);
    if (outcome.answered && outcome.ok) return signedIn(outcome.body);
    // The account is there; only the log-in is missing, and nobody should have to type it all again for that.
    go("sign-in");
    signInForm.fill(credentials);
    signInForm.alert(`Your account is made, but signing in did not work. ${explain(outcome)}`, () =>
      signInForm.submit(),
    );
  },
});

function signedIn(login) {
  remember(login);
  showWhoIsIn();
  go("profile");
}

/** The page leaves at once, whatever becomes of the request: who wants to leave should not have to wait for it. */
async function signOut() {
  const token = session()?.token;
  leave();
  if (token === undefined) return;
  const outcome = await ask("POST", "/api/auth/logout", { token });
  const ended = outcome.answered && (outcome.ok || outcome.body?.code === "session_ended");
  ledger.server(outcome, { notes: outcome.answered && outcome.ok ? ["The session has ended, everywhere it was known"] : [] });
  if (!ended) signInForm.alert(`This browser has forgotten the token, but the session may go on. ${explain(outcome)}`);
}

function leave() {
  forget();
  profileView.clear();
  showWhoIsIn();
  go("sign-in");
}

function showWhoIsIn() {
  const isIn = session() !== null;
  for (const item of document.querySelectorAll(".when-signed-in")) item.hidden = !isIn;
  for (const item of document.querySelectorAll(".when-signed-out")) item.hidden = isIn;
  document.querySelector(".brand").setAttribute("href", isIn ? "#profile" : "#sign-up");
}

const unlessSignedIn = () => (session() ? "profile" : undefined);
addView("sign-up", {
  title: "Create an account",
  enter: () => unlessSignedIn() ?? signUpView.entered(),
});
addView("sign-in", {
  title: "Sign in",
  enter: () => unlessSignedIn() ?? signUpView.left(),
});
addView("second-factor", {
  title: "Second factor",
  enter() {
    signUpView.left();
    return unlessSignedIn() ?? (secondFactorForm.isWaiting() ? undefined : "sign-in");
  },
});
addView("profile", {
  title: "Profile",
  enter() {
    signUpView.left();
    if (!session()) return "sign-in";
    profileView.load();
  },
});

document.getElementById("sign-out").addEventListener("click", signOut);
showWhoIsIn();
startViews(session() ? "profile" : "sign-up");
hashBench();

loadedCore.then((loaded) => {
  document.getElementById("core-facts").textContent = loaded
    ? ["One wasm core", loaded.bytes && `${weight(loaded.bytes)} on the wire`, `ready in ${duration(loaded.millis)}`]
        .filter(Boolean)
        .join(", ")
    : "The wasm core did not load here. The server checks the forms instead.";
  // Tests wait for this; nothing else reads it.
  document.documentElement.dataset.core = loaded ? "ready" : "missing";
});
