"""What schemathesis has to be told about this server: how to log in, and which refusals of good data are right."""

import atexit
import collections
import itertools
import json
import os
import secrets
import subprocess
import unicodedata
from pathlib import Path

import requests
import schemathesis

ORIGIN = os.environ["ORIGIN"]
NUMBERS = itertools.count()
CASES = {}

# Which answers tell the names that paths take, and by which member.
SOURCES = {
    "/auth/sessions": ("session_id", "id"),
    "/auth/register": ("user_id", "id"),
    "/users/register": ("user_id", "id"),
    "/users": ("user_id", "id"),
    "/applications": ("application_id", "id"),
    "/users/me/data": ("key", "key"),
}
KNOWN = {name: collections.deque(maxlen=50) for name, _ in SOURCES.values()}
PASSWORD_LENGTHS = {("password", "too_short"), ("password", "too_long")}

# What only the store or a list knows, so that data can fit every schema and be refused for it.
KNOWN_ONLY_TO_THE_SERVER = {
    "username_taken",
    "email_taken",
    "password_too_common",
    "password_is_identity",
    "unknown_application",
    "unknown_role",
    "invalid_cursor",
    "invalid_code",
    "invalid_token",
    "invalid_current_password",
}


@schemathesis.auth(refresh_interval=None)
class Admin:
    """An admin with a token of a log-in of its own for every case, so that one that logs out, deletes itself, or
    changes its password or status leaves the next case nothing to notice: who can't log in any more is replaced."""

    session = requests.Session()
    name = "admin"
    password = os.environ["ADMIN_PASSWORD"]

    def get(self, case, context):
        token = self.log_in()
        if token is None:
            self.become_another()
            token = self.log_in()
        return token

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"

    def log_in(self):
        credentials = {"username": self.name, "password": self.password}
        answer = self.session.post(f"{ORIGIN}/auth/login", json=credentials)
        assert answer.status_code < 500, answer.text
        return answer.json()["access_token"] if answer.status_code == 200 else None

    def become_another(self):
        self.name = f"admin-{secrets.token_hex(8)}"
        make_admin = ["user", "create", "--username", self.name, "--email", f"{self.name}@example.com", "--admin"]
        subprocess.run(
            [os.environ["PROGRAM"], *make_admin],
            cwd=os.environ["FOLDER"],
            env={},
            input=self.password,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Lets good cases meet what is there: left to itself, hardly a registration would be for a name that is free, and
    hardly a path would lead to a session or user."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    number = next(NUMBERS)
    # Sequences know by themselves what they have made.
    drawn = case.meta.phase.name.value == "fuzzing"
    for name in KNOWN.keys() & case.path_parameters.keys():
        if drawn and KNOWN[name] and number % 2:
            case.path_parameters[name] = KNOWN[name][number % len(KNOWN[name])]
    if not isinstance(case.body, dict) or number % 4 == 0:
        return
    if case.path.endswith("/register"):
        be_new(case.body, number)
    if case.body.get("current_password"):
        case.body["current_password"] = Admin.password


def be_new(registration, number):
    if registration.get("application_id"):
        registration["application_id"] = "default"
    if registration.get("username"):
        registration["username"] = f"{registration['username'][:24]}{number}"
    # With more before the @ than this, it might become too long; then it is hardly one seen before.
    if len(registration["email"]) < 56:
        registration["email"] = f"{number}.{registration['email']}"


def learn(case, response):
    """Keeps the names of what an answer shows."""
    source = SOURCES.get(case.path.removeprefix("/api"))
    if source is None or response.status_code not in (200, 201):
        return
    name, member = source
    body = response.json()
    KNOWN[name].extend(str(item[member]) for item in body.get("items", [body]) if member in item)


@schemathesis.hook
def after_call(ctx, case, response):
    """Counts the cases of each operation, for the closing line of run.py."""
    learn(case, response)
    operation = case.operation
    count = CASES.setdefault(operation.label, {"sent": 0})
    count["sent"] += 1
    takes_input = bool(operation.body) or any(True for _ in operation.iter_parameters())
    count["takes_input"] = takes_input


@atexit.register
def write_cases():
    Path(os.environ["CASES"]).write_text(json.dumps(CASES))


@schemathesis.check
def refusals_have_a_reason(ctx, response, case):
    """Data that fits the document is refused with 400 only for what no document can tell."""
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    faults = {(fault["field"], fault["code"]) for fault in problem.get("errors", [])} or {("", problem["code"])}
    unknown = {(field, code) for field, code in faults if code not in KNOWN_ONLY_TO_THE_SERVER}
    if unknown & PASSWORD_LENGTHS and is_of_another_length_in_nfc(case.body["password"]):
        unknown -= PASSWORD_LENGTHS
    assert not unknown, f"good data is refused for {sorted(unknown)}: {problem}"


def is_of_another_length_in_nfc(password):
    """The characters of a password are counted after NFC, which no schema can say."""
    return len(unicodedata.normalize("NFC", password)) != len(password)
