import {
  NOT_UNICODE,
  integer,
  options,
  own,
  passwordText,
  record,
  text,
  unfit,
  wrongType,
} from "./arguments.js";
import { pack } from "./pack.js";

// The fields of a registration in the order of the form, as wasm/src/forms.rs takes them.
const REGISTRATION_FIELDS = [
  "username",
  "email",
  "password",
  "name",
  "first_name",
  "last_name",
  "phone",
  "application_id",
];

// Those of an update and of the account in the order of wasm/src/forms.rs.
const PROFILE_FIELDS = ["username", "email", "password", "current_password", "name", "first_name", "last_name", "phone"];
const STORED_FIELDS = ["username", "email", "name", "first_name", "last_name", "phone"];

// Fields that may be bytes.
const PASSWORDS = ["password", "current_password"];

// Code points, as the server bounds a password; `passwordMinLength` moves the lower end.
const PASSWORD_SHORTEST = 8;
const PASSWORD_LONGEST = 128;

export function validateEmail(email) {
  return validateText("email", email, (core) => core.validateEmail(email));
}

export function validateUsername(username) {
  return validateText("username", username, (core) => core.validateUsername(username));
}

export function validatePassword(password, settings) {
  const [minLength, username, email] = options(settings, ["passwordMinLength", "username", "email"]);
  const least = passwordMinLength(minLength);
  const names = [optionalText(username, "username"), optionalText(email, "email")];
  const typed = passwordText(password);
  if (typed === NOT_UNICODE) return () => ({ ok: false, issues: [unreadable("password", NOT_UNICODE)] });
  return validateText("password", typed, (core) => core.validatePassword(pack([typed, ...names]), least));
}

export function validateRegistration(form, settings) {
  const [usernameRequired = true, minLength] = options(settings, ["usernameRequired", "passwordMinLength"]);
  if (typeof usernameRequired !== "boolean") throw wrongType("usernameRequired", "a boolean");
  const least = passwordMinLength(minLength);
  return validateForm(form, REGISTRATION_FIELDS, [], (core, packed) => core.validateRegistration(packed, usernameRequired, least));
}

export function validateProfile(form, settings) {
  const [account = {}, minLength] = options(settings, ["account", "passwordMinLength"]);
  record(account, "account");
  const stored = STORED_FIELDS.map((name) => storedText(own(account, name), name));
  const least = passwordMinLength(minLength);
  return validateForm(form, PROFILE_FIELDS, stored, (core, packed) => core.validateProfile(packed, least));
}

/** The fields of a form, one text with what else there is to say; those that no text can carry are judged here. */
function validateForm(form, names, more, run) {
  record(form, "form");
  const faults = new Map();
  const fields = names.map((name) => {
    const given = own(form, name);
    const value = PASSWORDS.includes(name) ? passwordText(given) : given;
    const fault = value === NOT_UNICODE ? NOT_UNICODE : typeof value === "string" ? unfit(value) : undefined;
    if (fault === undefined) return value;
    faults.set(name, unreadable(name, fault));
    return undefined;
  });
  const packed = pack([...fields, ...more]);
  return (core) => {
    const outcome = verdict(run(core, packed));
    return faults.size === 0 ? outcome : withUnreadable(outcome, names, faults);
  };
}

function validateText(field, value, run) {
  if (typeof value !== "string") throw wrongType(field, "a string");
  const fault = unfit(value);
  if (fault !== undefined) return () => ({ ok: false, issues: [unreadable(field, fault)] });
  return (core) => verdict(run(core));
}

/** The fields that wasm was not shown take their place among the faults of the others. */
function withUnreadable(outcome, names, faults) {
  const issues = outcome.ok ? [] : outcome.issues;
  return {
    ok: false,
    issues: names.flatMap((name) =>
      faults.has(name) ? [faults.get(name)] : issues.filter((issue) => issue.field === name),
    ),
  };
}

const unreadable = (field, [code, fault]) => ({ field, code, message: `This field ${fault}.` });

/** What a form comes to: the wasm answers the value, or the list of faults as `[field, code, message]`. */
function verdict(json) {
  const [kind, content] = JSON.parse(json);
  if (kind === "value") return { ok: true, value: content };
  return { ok: false, issues: content.map(([field, code, message]) => ({ field, code, message })) };
}

const storedText = (value, name) => (value === undefined || value === null ? value : text(value, `${name} of account`));

const optionalText = (value, name) => (value === undefined ? undefined : text(value, name));

const passwordMinLength = (value) =>
  integer(value, "passwordMinLength", PASSWORD_SHORTEST, PASSWORD_LONGEST, PASSWORD_SHORTEST);
