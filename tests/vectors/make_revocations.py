"""Makes revocations.json: lists of what is revoked, good and bad, and tokens held against them, made by an
implementation that is not ours. It needs nothing but the standard library, and the file comes out the same
each time:

    python3 tests/vectors/make_revocations.py > tests/vectors/revocations.json
"""

import base64
import hashlib
import hmac
import json
import sys

NOW = 1_700_000_000
ISSUER = "https://auth.example"
SECRET = b"forty bytes of a secret nobody will keep"
SESSION = "EBESExQVFhcYGRobHB0eHw"
SUBJECT = "123"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


KEY = {"kty": "oct", "kid": "hs-1", "k": b64(SECRET)}
HEADER = {"alg": "HS256", "kid": "hs-1", "typ": "revocations+jwt"}
TOKEN_HEADER = {"alg": "HS256", "kid": "hs-1", "typ": "at+jwt"}
CLAIMS = {
    "iss": ISSUER, "sub": SUBJECT, "aud": "default", "iat": NOW, "exp": NOW + 3600, "jti": "AAECAwQFBgcICQoLDA0ODw",
    "sid": SESSION, "auth_time": NOW, "amr": ["pwd"],
}
GRANTED = {**CLAIMS, "grants": [{"action": "read", "resource": "*"}]}


def text(value):
    """JSON of a dict, or the text itself where the JSON has to be wrong in some way."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def signed(header, payload, secret=SECRET):
    message = f"{b64(text(header).encode())}.{b64(text(payload).encode())}"
    return f"{message}.{b64(hmac.new(secret, message.encode(), hashlib.sha256).digest())}"


def mark(data):
    return hashlib.sha256(data).digest()[:8]


def session(sid):
    return mark(sid.encode())


def user(subject, issuer=ISSUER):
    return mark(issuer.encode() + b"\0" + subject.encode())


def records(*items):
    return b64(b"".join(sorted(items)))


def epochs(**latest):
    return records(*(user(name.removeprefix("u")) + secs.to_bytes(4, "big") for name, secs in latest.items()))


EMPTY = {"iss": ISSUER, "iat": NOW, "next": NOW + 60, "sessions": "", "users": "", "grants": "", "roles": {}}
FULL = {
    **EMPTY, "not_before": NOW - 1000, "sessions": records(*(session(f"session {n}") for n in range(50))),
    "users": epochs(u1=NOW - 500, u2=NOW), "grants": epochs(u3=NOW - 1, u4=0, u5=2**32 - 1),
    "roles": {"default": NOW - 7, "shop": NOW - 9},
}


def without(payload, name):
    return {key: value for key, value in payload.items() if key != name}


lists = []
checks = []


def listed(name, made, **expected):
    entry = {"name": name, "list": made, "keys": KEY, "algorithms": ["HS256"], "issuer": ISSUER, "now": NOW}
    entry.update(expected)
    lists.append(entry)


def good(name, payload=FULL, header=HEADER, **rest):
    listed(name, signed(header, payload), ok=True, iat=payload["iat"], next=payload["next"], **rest)


def bad(fault, name, payload=FULL, header=HEADER, secret=SECRET, **rest):
    listed(name, signed(header, payload, secret), ok=False, fault=fault, **rest)


good("an empty list", EMPTY)
good("a full one")
good("the type in capitals", header={**HEADER, "typ": "REVOCATIONS+JWT"})
good("the type as a full media type", header={**HEADER, "typ": "application/revocations+jwt"})
good("a member that is not known", {**FULL, "more": [1]})
good("made five seconds ahead", {**FULL, "iat": NOW + 5})
good("an old one, whose age the verifier has to judge", {**FULL, "iat": NOW - 100_000, "next": NOW - 99_999})
good("the next in a day", {**FULL, "next": NOW + 86_400})
good("a time of the first second", {**EMPTY, "not_before": 0, "roles": {"default": 0}})

bad("token_type_invalid", "an access token", GRANTED, TOKEN_HEADER)
bad("token_type_invalid", "no type", header=without(HEADER, "typ"))
bad("token_type_invalid", "a type that begins like it", header={**HEADER, "typ": "revocations+jwt2"})
bad("token_type_invalid", "another media type", header={**HEADER, "typ": "text/revocations+jwt"})
bad("token_signature_invalid", "another secret", secret=b"another forty bytes that sign nothing ..")
bad("token_key_unknown", "a key that is not known", header={**HEADER, "kid": "hs-2"})
bad("token_algorithm_not_allowed", "an algorithm that is not wanted", algorithms=["EdDSA"])
bad("token_algorithm_not_allowed", "no algorithm", header={**HEADER, "alg": "none"})
bad("token_critical_unsupported", "a critical header", header={**HEADER, "crit": ["exp"]})
listed("no token at all", "{}", ok=False, fault="token_malformed")
bad("iss", "another issuer", {**FULL, "iss": ISSUER + "/"})
bad("iat", "made six seconds ahead", {**FULL, "iat": NOW + 6})
bad("payload", "no JSON", "null and void")
bad("payload", "no object", "[]")
bad("payload", "a name twice", text(FULL)[:-1] + ',"iat":1}')
for name in ["iss", "iat", "next", "sessions", "users", "grants", "roles"]:
    bad(name, f"no {name}", without(FULL, name))
    bad(name, f"null as {name}", {**FULL, name: None})
bad("not_before", "null as not_before", {**FULL, "not_before": None})
for name in ["iat", "next", "not_before"]:
    for value in ["1700000000", 1700000000.0, -1, 253_402_300_800, True]:
        bad(name, f"{json.dumps(value)} as {name}", {**FULL, name: value})
bad("next", "the next not after it", {**FULL, "next": NOW})
bad("next", "the next in more than a day", {**FULL, "next": NOW + 86_401})
for name in ["sessions", "users", "grants"]:
    size = 8 if name == "sessions" else 12
    for what, value in {
        "a list": ["AAAAAAAAAAA"], "padding": "AAAAAAAAAAA=", "blanks": " ", "the other alphabet": "++++++++++++++++",
        "a record cut off": b64(bytes(range(size))[:-1]), "a record and a byte": b64(bytes(size + 1)),
        "stray bits": b64(bytes(size))[:-1] + ("B" if size == 8 else "="),
        "two records in the wrong order": b64(b"b" * size + b"a" * size), "a record twice": b64(b"a" * size * 2),
        "a number": 5,
    }.items():
        bad(name, f"{name}: {what}", {**FULL, name: value})
for name in ["users", "grants"]:
    bad(name, f"{name}: a mark with two times", {**FULL, name: b64(b"aaaaaaaa" + bytes(4) + b"aaaaaaaa" + b"\0\0\0\1")})
bad("roles", "roles as a list", {**FULL, "roles": []})
bad("roles", "a role's time as text", {**FULL, "roles": {"default": "1"}})
bad("roles", "a role's time below zero", {**FULL, "roles": {"default": -1}})
bad("roles", "a name that is no application's", {**FULL, "roles": {"a/b": 1}})
bad("roles", "an application too many", {**FULL, "roles": {f"a{n}": 1 for n in range(1001)}})
bad("payload", "an application twice", text(FULL).replace('"shop"', '"default"'))


def check(name, payload, claims=CLAIMS, code=None, claim=None):
    entry = {
        "name": name, "list": signed(HEADER, {**EMPTY, **payload}), "token": signed(TOKEN_HEADER, claims), "keys": KEY,
        "algorithms": ["HS256"], "issuer": ISSUER, "now": NOW, "ok": code is None,
    }
    if code:
        entry.update(code=code, claim=claim)
    checks.append(entry)


REVOKED, OUTDATED = "token_revoked", "token_outdated"
MINE = f"u{SUBJECT}"
check("nothing is listed", {})
check("its session", {"sessions": records(session(SESSION))}, code=REVOKED, claim="sid")
check("its session among others", {"sessions": records(*map(session, [SESSION, "a", "b", "c", "d", "e"]))}, code=REVOKED, claim="sid")
check("other sessions", {"sessions": records(*map(session, ["a", "b", SESSION.lower(), SESSION[:-1]]))})
check("the bytes of the session and not its text", {"sessions": records(mark(bytes(range(16, 32))))})
check("its user until a second before", {"users": epochs(**{MINE: NOW - 1})})
check("its user until this second", {"users": epochs(**{MINE: NOW})}, code=REVOKED, claim="sub")
check("its user until later", {"users": epochs(**{MINE: 2**32 - 1, "u1": 1, "u2": 2})}, code=REVOKED, claim="sub")
check("another user", {"users": epochs(u124=NOW, u12=NOW, u1=NOW)})
check("the user of another issuer", {"users": b64(user(SUBJECT, "https://other.example") + NOW.to_bytes(4, "big"))})
check("everyone until a second before", {"not_before": NOW - 1})
check("everyone until this second", {"not_before": NOW}, code=OUTDATED, claim="iat")
check("the grants of a token that has none", {"grants": epochs(**{MINE: NOW})})
check("its grants until a second before", {"grants": epochs(**{MINE: NOW - 1})}, GRANTED)
check("its grants until this second", {"grants": epochs(**{MINE: NOW})}, GRANTED, OUTDATED, "grants")
check("its grants, of which there are none", {"grants": epochs(**{MINE: NOW})}, {**GRANTED, "grants": []}, OUTDATED, "grants")
check("another's grants", {"grants": epochs(u1=NOW)}, GRANTED)
check("the roles of its application, without grants", {"roles": {"default": NOW}})
check("the roles of its application until a second before", {"roles": {"default": NOW - 1}}, GRANTED)
check("the roles of its application until this second", {"roles": {"default": NOW}}, GRANTED, OUTDATED, "grants")
check("the roles of another application", {"roles": {"Default": NOW, "shop": NOW}}, GRANTED)
check("what is revoked comes before what is outdated",
      {"sessions": records(session(SESSION)), "not_before": NOW, "grants": epochs(**{MINE: NOW})}, GRANTED, REVOKED, "sid")

sys.stdout.write('{\n "about": "Lists of what an issuer has revoked, and access tokens held against them. `fault` is the code of the signature\'s refusal, or the member that is not as it must be. Made by make_revocations.py.",\n')
for name, entries, end in [("lists", lists, ",\n"), ("checks", checks, "\n}\n")]:
    sys.stdout.write(f' "{name}": [\n' + ",\n".join("  " + json.dumps(entry) for entry in entries) + "\n ]" + end)
