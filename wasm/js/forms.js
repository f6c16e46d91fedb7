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
import { verdict } from "./answer.js";

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
  return validateText("password", typed, (core) => core.validatePassword(typed, least, ...names));
}

export function validateRegistration(form, settings) {
  record(form, "form");
  const [usernameRequired = true, minLength] = options(settings, ["usernameRequired", "passwordMinLength"]);
  if (typeof usernameRequired !== "boolean") throw wrongType("usernameRequired", "a boolean");
  const least = passwordMinLength(minLength);
  const faults = new Map();
  const fields = REGISTRATION_FIELDS.map((name) => {
    const given = own(form, name);
    const value = name === "password" ? passwordText(given) : given;
    const fault = value === NOT_UNICODE ? NOT_UNICODE : typeof value === "string" ? unfit(value) : undefined;
    if (fault === undefined) return value;
    faults.set(name, unreadable(name, fault));
    return undefined;
  });
  return (core) => {
    const outcome = verdict(core.validateRegistration(fields, usernameRequired, least));
    return faults.size === 0 ? outcome : withUnreadable(outcome, faults);
  };
}

function validateText(field, value, run) {
  if (typeof value !== "string") throw wrongType(field, "a string");
  const fault = unfit(value);
  if (fault !== undefined) return () => ({ ok: false, issues: [unreadable(field, fault)] });
  return (core) => verdict(run(core));
}

/** The fields that wasm was not shown take their place among the faults of the others. */
function withUnreadable(outcome, faults) {
  const issues = outcome.ok ? [] : outcome.issues;
  return {
    ok: false,
    issues: REGISTRATION_FIELDS.flatMap((name) =>
      faults.has(name) ? [faults.get(name)] : issues.filter((issue) => issue.field === name),
    ),
  };
}

const unreadable = (field, [code, fault]) => ({ field, code, message: `This field ${fault}.` });

const optionalText = (value, name) => (value === undefined ? undefined : text(value, name));

const passwordMinLength = (value) =>
  integer(value, "passwordMinLength", PASSWORD_SHORTEST, PASSWORD_LONGEST, PASSWORD_SHORTEST);
