import { loadedCore } from "./core.js";
import { announce, element } from "./elements.js";
import { distance, list, moment } from "./words.js";

const ALGORITHMS = {
  EdDSA: "Ed25519: whoever has the public key can check it",
  HS256: "HMAC-SHA256: only who holds the secret can check it",
};
const METHODS = { pwd: "password", otp: "one-time code", mfa: "two factors" };

const time = (seconds) => `${moment(seconds * 1000)}, ${distance(seconds)}`;

// Name, and the value in words; a member that is not listed is shown as it is.
const HEADER = {
  alg: ["Signature", (alg) => ALGORITHMS[alg] ?? alg],
  kid: ["Key", () => "the key that signed it"],
  typ: ["Type", (typ) => (typ === "at+jwt" ? "access token" : typ)],
};
const CLAIMS = {
  iss: ["Issuer", () => "the server that made it"],
  sub: ["Subject", (sub) => `user ${sub}`],
  aud: ["Audience", (aud) => `the application “${aud}”`],
  iat: ["Issued", time],
  exp: ["Expires", time],
  auth_time: ["Logged in", time],
  amr: ["By", (amr) => list([amr].flat().map((method) => METHODS[method] ?? method))],
  sid: ["Session", () => "the log-in it belongs to"],
  jti: ["Token", () => "its own number"],
};

/** The token in readable form, decoded by the core. @param {string} token */
export async function tokenPanel(token) {
  const loaded = await loadedCore;
  const panel = element(
    "section",
    { class: "panel", "aria-labelledby": "token-heading" },
    element("h2", { id: "token-heading" }, "Access token"),
  );
  if (loaded === null) {
    panel.append(
      element("p", {}, "The core did not load, so the token cannot be read here. It works all the same."),
      raw(token),
    );
    return panel;
  }
  const { header, claims } = await loaded.core.decodeToken(token);
  panel.append(
    element(
      "p",
      { class: "caution" },
      element("strong", {}, "Read here, not verified here."),
      " This page has only unpacked the token. The server checked its signature before it sent the profile above.",
    ),
    ...members("Claims", claims, CLAIMS),
    ...members("Header", header, HEADER),
    raw(token),
  );
  return panel;
}

function members(name, values, words) {
  const known = Object.keys(words).filter((member) => member in values);
  const others = Object.keys(values).filter((member) => !(member in words));
  return [
    element("h3", {}, name),
    element(
      "dl",
      { class: "rows token" },
      ...[...known, ...others].map((member) => row(member, values[member], words[member])),
    ),
  ];
}

function row(member, value, [label, inWords] = []) {
  return element(
    "div",
    {},
    element("dt", {}, label ?? member, label && element("code", {}, member)),
    element(
      "dd",
      {},
      element("code", {}, typeof value === "string" ? value : JSON.stringify(value)),
      inWords && element("span", {}, inWords(value)),
    ),
  );
}

function raw(token) {
  const parts = token.split(".");
  const names = ["header", "claims", "signature"];
  return element(
    "details",
    { class: "more" },
    element("summary", {}, "The token itself"),
    element("p", { class: "quiet" }, "Whoever has it is you until it expires."),
    element(
      "p",
      { class: "raw" },
      ...parts.flatMap((part, at) => [at > 0 && ".", element("span", { class: `raw-${names[at]}` }, part)]),
    ),
    navigator.clipboard &&
      element(
        "button",
        { type: "button", class: "secondary", onclick: (event) => copy(event.currentTarget, token) },
        "Copy",
      ),
  );
}

async function copy(button, text) {
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  button.textContent = done ? "Copied" : "Not allowed to copy";
  announce(button.textContent);
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}
