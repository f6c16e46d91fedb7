"""Makes jwt.json: access tokens, good and bad, signed by an implementation that is not ours.

HMAC is the standard library's, Ed25519 that of `cryptography`. Both are deterministic, so the file comes
out the same each time:

    python3 -m venv .venv && .venv/bin/pip install cryptography
    .venv/bin/python tests/vectors/make_jwt.py > tests/vectors/jwt.json
"""

import base64
import hashlib
import hmac
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_700_000_000
ISSUER = "https://auth.example"
AUDIENCE = "default"
DATE_MAX = 253_402_300_799


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


SECRET = b"forty bytes of a secret nobody will keep"
OTHER_SECRET = b"another forty bytes that sign nothing .."
ED = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ED_PUBLIC = ED.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
ED_OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))

HS = {"kty": "oct", "kid": "hs-1", "alg": "HS256", "use": "sig", "k": b64(SECRET)}
HS_NAMELESS = {"kty": "oct", "k": b64(SECRET)}
OKP = {"kty": "OKP", "crv": "Ed25519", "kid": "ed-1", "x": b64(ED_PUBLIC)}
OKP_NAMELESS = {"kty": "OKP", "crv": "Ed25519", "x": b64(ED_PUBLIC)}
BOTH = {"keys": [OKP, HS]}

HEADER = {"alg": "HS256", "kid": "hs-1", "typ": "at+jwt"}
ED_HEADER = {"alg": "EdDSA", "kid": "ed-1", "typ": "at+jwt"}
CLAIMS = {
    "iss": ISSUER,
    "sub": "123",
    "aud": AUDIENCE,
    "iat": NOW,
    "exp": NOW + 3600,
    "jti": "AAECAwQFBgcICQoLDA0ODw",
    "sid": "EBESExQVFhcYGRobHB0eHw",
    "auth_time": NOW,
    "amr": ["pwd"],
}
RFC9068 = ["iss", "sub", "aud", "iat", "exp"]


def hs256(signed, secret=SECRET):
    return hmac.new(secret, signed, hashlib.sha256).digest()


def ed25519(signed, key=ED):
    return key.sign(signed)


ED_ORDER = 2**252 + 27742317777372353535851937790883648493


def small_order(signed, seed=bytes(range(32))):
    """What the key's holder can sign with R the neutral point. Verifiers that are not strict take it."""
    scalar = bytearray(hashlib.sha512(seed).digest()[:32])
    scalar[0], scalar[31] = scalar[0] & 248, scalar[31] & 63 | 64
    neutral = (1).to_bytes(32, "little")
    challenge = int.from_bytes(hashlib.sha512(neutral + ED_PUBLIC + signed).digest(), "little")
    return neutral + (challenge * int.from_bytes(scalar, "little") % ED_ORDER).to_bytes(32, "little")


def text(value):
    """JSON of a dict, or the text itself where the JSON has to be wrong in some way."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def token(header=HEADER, claims=CLAIMS, sign=hs256):
    return parts(b64(text(header).encode()), b64(text(claims).encode()), sign)


def parts(header, payload, sign=hs256):
    """A token of these two parts as they are, so that only their spelling can be at fault."""
    signed = f"{header}.{payload}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def stray(value):
    """base64url whose last character carries bits that mean nothing, and one of them set."""
    encoded = text(value)
    encoded = b64((encoded + " " * (-len(encoded) % 3 + 1)).encode())
    return encoded[:-1] + chr(ord(encoded[-1]) + 1)


def with_(base, **changes):
    return {name: value for name, value in {**base, **changes}.items() if value is not ABSENT}


ABSENT = object()
cases = []


def case(name, made, keys=HS, algorithms=("HS256",), issuer=ISSUER, audience=AUDIENCE, now=NOW, profile="countersign"):
    """One case. `profile` is what has to be there: all of our claims, or those of RFC 9068 that we want of any."""
    entry = {
        "name": name, "token": made, "keys": keys, "algorithms": list(algorithms),
        "issuer": issuer, "audience": audience, "now": now, "profile": profile,
    }
    cases.append(entry)
    return entry


def good(name, header=HEADER, claims=CLAIMS, sign=hs256, **rest):
    case(name, token(header, claims, sign), **rest).update(
        ok=True, header=json.loads(text(header)), claims=json.loads(text(claims)))


def bad(code, name, made, claim=None, **rest):
    entry = case(name, made, **rest)
    entry.update(ok=False, code=code)
    if claim:
        entry["claim"] = claim


def bad_claim(code, claim, name, claims, **rest):
    bad(code, name, token(claims=claims), claim, **rest)


# --- good ones
good("HS256 with a named key")
good("HS256 with a nameless key takes a token that names one", keys=HS_NAMELESS)
good("HS256 with a nameless key takes a token that names none", with_(HEADER, kid=ABSENT), keys=HS_NAMELESS)
good("EdDSA with a named key", ED_HEADER, sign=ed25519, keys=OKP, algorithms=["EdDSA"])
good("a set picks by kid, Ed25519", ED_HEADER, sign=ed25519, keys=BOTH, algorithms=["EdDSA", "HS256"])
good("a set picks by kid, HS256", keys=BOTH, algorithms=["EdDSA", "HS256"])
good("a set leaves out what it cannot use",
     keys={"keys": [{"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"}, {"kty": "OKP", "crv": "X25519", "x": "AA"},
                    {"kty": "oct", "kid": "enc", "use": "enc", "k": b64(SECRET)}, HS]})
good("the header in any order, with members that mean nothing here",
     {"typ": "at+jwt", "cty": "x", "kid": "hs-1", "x5t": "AA", "alg": "HS256"})
good("typ in capitals", with_(HEADER, typ="AT+JWT"))
good("typ as a full media type", with_(HEADER, typ="application/at+jwt"))
good("typ as a full media type in mixed case", with_(HEADER, typ="Application/At+JWT"))
good("b64 true changes nothing", with_(HEADER, b64=True))
for name, value in {
    "jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/cert.pem",
    "jwk": {"kty": "oct", "k": b64(OTHER_SECRET)}, "x5c": ["MIIB"],
}.items():
    good(f"{name} is not followed: the known key decides", with_(HEADER, **{name: value}))
good("claims that mean nothing here are kept", claims=with_(CLAIMS, roles=["admin"], n=1.5, deep={"a": [{}]}))
good("claims with escapes and letters beyond ASCII",
     claims=text(CLAIMS).replace('"123"', '"\\u0031\\u00e9é\\ud83d\\ude00"').replace('"iss"', '"\\u0069ss"'))
good("claims with blanks between", claims=json.dumps(CLAIMS, indent=2))
good("any audience where none is expected", claims=with_(CLAIMS, aud="app_1"), audience=None)
good("iat in the future by 5 s", claims=with_(CLAIMS, iat=NOW + 5))
good("nbf in the future by 5 s", claims=with_(CLAIMS, nbf=NOW + 5))
good("nbf in the past", claims=with_(CLAIMS, nbf=NOW - 5))
good("exp in the next second", claims=with_(CLAIMS, iat=NOW - 60, exp=NOW + 1))
good("a lifetime of exactly a day", claims=with_(CLAIMS, exp=NOW + 86_400))
good("the last second that can be written", claims=with_(CLAIMS, iat=DATE_MAX - 60, exp=DATE_MAX), now=DATE_MAX - 1)
good("the first second there is", claims=with_(CLAIMS, iat=0, exp=60, auth_time=0), now=0)
good("several ways of proof", claims=with_(CLAIMS, amr=["pwd", "otp", "mfa"]))
good("the five claims are enough for RFC 9068",
     claims={name: CLAIMS[name] for name in RFC9068}, profile="rfc9068")
good("a jti of any form for RFC 9068", claims=with_(CLAIMS, jti="x", sid="y"), profile="rfc9068")
full = next(n for n in range(12_300, 0, -1) if len(token(claims=with_(CLAIMS, pad="p" * n))) <= 16 * 1024)
good("a token of 16 KiB", claims=with_(CLAIMS, pad="p" * full))

# --- form
ok = token()
head, body, signature = ok.split(".")
for name, made in {
    "empty": "", "one dot": ".", "two dots": "..", "no dots": head, "two parts": f"{head}.{body}",
    "four parts": f"{ok}.", "a dot before": f".{ok}", "five parts, as encrypted ones have": f"{ok}.AA.AA",
    "the header padded": parts(b64((text(HEADER) + " " * (-len(text(HEADER)) % 3 + 2)).encode()) + "=", body),
    "the payload padded": parts(head, b64((text(CLAIMS) + " " * (-len(text(CLAIMS)) % 3 + 2)).encode()) + "="),
    "the payload with a blank in it": parts(head, body[:9] + " " + body[9:]),
    "the payload with a line end in it": parts(head, body[:9] + "\n" + body[9:]),
    "the payload of one character": parts(head, "A"),
    "a blank before": f" {ok}", "a line end after": f"{ok}\n",
    "the header with a stray bit in its last character": parts(stray(HEADER), body),
    "the payload with a stray bit in its last character": parts(head, stray(CLAIMS)),
    "the header in the other base64 alphabet":
        parts(base64.b64encode(text(with_(HEADER, x="???>>>   ???>>>")).encode()).decode().rstrip("="), body),
    "the header empty": f".{body}.{signature}",
    "the header no JSON": token("alg"), "the header a list": token('["HS256"]'), "the header a string": token('"HS256"'),
    "the header with a name twice": token('{"alg":"HS256","alg":"HS256","kid":"hs-1","typ":"at+jwt"}'),
    "the header with a name twice, once escaped":
        token('{"alg":"HS256","\\u0061lg":"none","kid":"hs-1","typ":"at+jwt"}'),
    "the header with a name twice, deep inside":
        token('{"alg":"HS256","kid":"hs-1","typ":"at+jwt","jwk":{"kty":"oct","kty":"OKP"}}'),
    "the header with a comma too many": token('{"alg":"HS256","kid":"hs-1","typ":"at+jwt",}'),
    "the header with something after it": token(text(HEADER) + "{}"),
    "the header with a byte order mark": token("\ufeff" + text(HEADER)),
    "alg missing": token(with_(HEADER, alg=ABSENT)), "alg a number": token(with_(HEADER, alg=256)),
    "alg null": token(with_(HEADER, alg=None)), "alg a list": token(with_(HEADER, alg=["HS256"])),
    "kid a number": token(with_(HEADER, kid=1)), "kid null": token(with_(HEADER, kid=None)),
    "typ a number": token(with_(HEADER, typ=1)),
    "the signature padded": ok + "=",
    "the signature with a stray bit in its last character":
        ok[:-1] + chr(ord(ok[-1]) + 1),
    "a token over 16 KiB": token(claims=with_(CLAIMS, pad="p" * (full + 1))),
}.items():
    bad("token_malformed", name, made)
bad("token_malformed", "kid a number and the key nameless", token(with_(HEADER, kid=1)), keys=HS_NAMELESS)
for name, claims in {
    "no JSON": "claims", "empty": "", "a list": "[]", "null": "null",
    "with exp twice": text(CLAIMS)[:-1] + f',"exp":{NOW + 7200}}}',
    "with sub twice, once escaped": text(CLAIMS)[:-1] + ',"s\\u0075b":"1"}',
    "with a name twice, deep inside": text(CLAIMS)[:-1] + ',"x":[{"a":1,"a":2}]}',
    "with half a surrogate pair": text(CLAIMS)[:-1] + ',"x":"\\ud800"}',
    "with a number beyond all doubles": text(CLAIMS)[:-1] + ',"x":1e999}',
    "33 levels deep": text(CLAIMS)[:-1] + f',"x":{"[" * 32}{"]" * 32}}}',
    "with NaN": text(CLAIMS)[:-1] + ',"x":NaN}',
    "with a comment": text(CLAIMS)[:-1] + "/**/}",
}.items():
    bad("token_malformed", f"the payload {name}", token(claims=claims))

# --- algorithms
for alg in ["none", "None", "NONE", "nOnE", "", "hs256", "HS384", "HS512", "RS256", "ES256", "PS256", "Ed25519", "HS256 "]:
    bad("token_algorithm_not_allowed", f"alg {alg!r} with a signature that would hold", token(with_(HEADER, alg=alg)))
for alg in ["none", "None"]:
    signed = f"{b64(text(with_(HEADER, alg=alg)).encode())}.{body}."
    bad("token_algorithm_not_allowed", f"alg {alg!r} and no signature", signed)
bad("token_algorithm_not_allowed", "HS256 where EdDSA alone is accepted", ok, keys=BOTH, algorithms=["EdDSA"])
bad("token_algorithm_not_allowed", "EdDSA where HS256 alone is accepted",
    token(ED_HEADER, sign=ed25519), keys=BOTH)
bad("token_algorithm_not_allowed", "no algorithm accepted", ok, algorithms=[])
confused = token(with_(HEADER, kid="ed-1"), sign=lambda signed: hs256(signed, ED_PUBLIC))
bad("token_algorithm_not_allowed", "HS256 under the bytes of the public key, EdDSA alone accepted",
    confused, keys=OKP, algorithms=["EdDSA"])
bad("token_algorithm_not_allowed", "HS256 under the bytes of the public key, both accepted",
    confused, keys=OKP, algorithms=["EdDSA", "HS256"])
bad("token_algorithm_not_allowed", "HS256 under the bytes of the nameless public key, both accepted",
    confused, keys=OKP_NAMELESS, algorithms=["EdDSA", "HS256"])
bad("token_algorithm_not_allowed", "HS256 under the bytes of the public key's JWK, both accepted",
    token(with_(HEADER, kid="ed-1"), sign=lambda signed: hs256(signed, text(OKP).encode())),
    keys=BOTH, algorithms=["EdDSA", "HS256"])

# --- critical parameters
for name, crit in {
    "empty": [], "null": None, "unknown": ["exp"], "b64": ["b64"], "false": False, "a string": "b64", "an object": {},
}.items():
    bad("token_critical_unsupported", f"crit {name}", token(with_(HEADER, crit=crit)))
bad("token_critical_unsupported", "crit spelt with an escape",
    token(text(HEADER)[:-1] + ',"cr\\u0069t":["x"],"x":1}'))
raw = f"{b64(text(with_(HEADER, b64=False, crit=['b64'])).encode())}.payload"
bad("token_critical_unsupported", "b64 false with crit and a plain payload", f"{raw}.{b64(hs256(raw.encode()))}")
bad("token_critical_unsupported", "b64 false without crit", token(with_(HEADER, b64=False)))
bad("token_critical_unsupported", "b64 a string", token(with_(HEADER, b64="true")))

# --- type
for typ in ["JWT", "", "at", "jwt+at", "at+jwt ", "application/jwt", "x/at+jwt", "logout+jwt", "at+JWT;x=1", "application/application/at+jwt"]:
    bad("token_type_invalid", f"typ {typ!r}", token(with_(HEADER, typ=typ)))
bad("token_type_invalid", "typ missing", token(with_(HEADER, typ=ABSENT)))
bad("token_type_invalid", "typ with a letter that only looks like one", token(with_(HEADER, typ="at+ĵwt")))

# --- keys
bad("token_key_unknown", "a kid that is not known", token(with_(HEADER, kid="hs-2")))
bad("token_key_unknown", "a kid in other letter case", token(with_(HEADER, kid="HS-1")))
bad("token_key_unknown", "no kid where the key has one", token(with_(HEADER, kid=ABSENT)))
bad("token_key_unknown", "an empty kid where the key has one", token(with_(HEADER, kid="")))
bad("token_key_unknown", "an empty set of keys", ok, keys={"keys": []})
bad("token_key_unknown", "no kid, and a set of named keys",
    token(with_(HEADER, kid=ABSENT)), keys=BOTH, algorithms=["EdDSA", "HS256"])
bad("token_key_unknown", "the key of a kid that the set had to leave out", ok,
    keys={"keys": [{"kty": "RSA", "kid": "hs-1", "n": "AQAB", "e": "AQAB"}]})
bad("token_key_unknown", "jwk brings the key that signed",
    token(with_(HEADER, kid="x", jwk={"kty": "oct", "k": b64(OTHER_SECRET)}), sign=lambda s: hs256(s, OTHER_SECRET)))

# --- signature
flipped = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
for name, made in {
    "changed": f"{head}.{body}.{flipped}", "missing": f"{head}.{body}.",
    "cut short": f"{head}.{body}.{b64(hs256(f'{head}.{body}'.encode())[:31])}",
    "longer": f"{head}.{body}.{b64(hs256(f'{head}.{body}'.encode()) + bytes(1))}",
    "of another secret": token(sign=lambda signed: hs256(signed, OTHER_SECRET)),
    "of an empty secret": token(sign=lambda signed: hs256(signed, b"")),
    "of other claims": f"{head}.{b64(text(with_(CLAIMS, sub='1')).encode())}.{signature}",
    "of another header": f"{b64(text(with_(HEADER, x=1)).encode())}.{body}.{signature}",
    "of HMAC-SHA512": token(sign=lambda signed: hmac.new(SECRET, signed, hashlib.sha512).digest()),
    "wrong and the payload no JSON": token(claims="claims", sign=lambda signed: bytes(32)),
    "wrong and the token expired": token(claims=with_(CLAIMS, iat=1, exp=2), sign=lambda signed: bytes(32)),
}.items():
    bad("token_signature_invalid", f"the signature {name}", made)
ed = dict(keys=OKP, algorithms=["EdDSA"])
for name, sign in {
    "of another key": lambda signed: ed25519(signed, ED_OTHER),
    "of 63 bytes": lambda signed: ed25519(signed)[:63],
    "of 65 bytes": lambda signed: ed25519(signed) + bytes(1),
    "of zeros": lambda signed: bytes(64),
    "of other bytes": lambda signed: ed25519(b"x"),
    "with S beyond the order of the group (RFC 8032 section 5.1.7)": lambda signed: ed25519(signed)[:32] + (
        int.from_bytes(ed25519(signed)[32:], "little") + ED_ORDER).to_bytes(32, "little"),
    "with R of small order": small_order,
    "that is an HMAC under the public key": lambda signed: hs256(signed, ED_PUBLIC),
}.items():
    bad("token_signature_invalid", f"the Ed25519 signature {name}", token(ED_HEADER, sign=sign), **ed)

# --- claims
for name in CLAIMS:
    bad_claim("token_claim_missing", name, f"{name} missing", with_(CLAIMS, **{name: ABSENT}))
for name in RFC9068:
    bad_claim("token_claim_missing", name, f"{name} missing, also for RFC 9068",
              with_(CLAIMS, **{name: ABSENT}), profile="rfc9068")
wrong = {
    "a number": 1, "null": None, "a list": [AUDIENCE], "an object": {}, "true": True,
}
for name in ["iss", "sub", "aud", "jti", "sid"]:
    for kind, value in wrong.items():
        bad_claim("token_claim_invalid", name, f"{name} {kind}", with_(CLAIMS, **{name: value}))
for name in ["iat", "exp", "nbf", "auth_time"]:
    for kind, value in {"a string": str(NOW + 60), "null": None, "a list": [NOW + 60], "true": True}.items():
        bad_claim("token_claim_invalid", name, f"{name} {kind}", with_(CLAIMS, **{name: value}))
    bad_claim("token_claim_invalid", name, f"{name} a float", with_(CLAIMS, **{name: NOW + 60.5}))
    for spelt in [f"{NOW}.0", "17e8", "-1", "253402300800", "9223372036854775807", "9223372036854775808", "1" * 300]:
        marked = text(with_(CLAIMS, **{name: "@"})).replace('"@"', spelt)
        shown = spelt if len(spelt) < 30 else f"of {len(spelt)} digits"
        bad_claim("token_claim_invalid", name, f"{name} {shown}", marked)
for kind, value in {"a string": "pwd", "null": None, "a list of numbers": [1], "a list in a list": [["pwd"]]}.items():
    bad_claim("token_claim_invalid", "amr", f"amr {kind}", with_(CLAIMS, amr=value))
for name in ["jti", "sid", "auth_time", "amr", "nbf"]:
    bad_claim("token_claim_invalid", name, f"{name} of the wrong type, also for RFC 9068",
              with_(CLAIMS, **{name: {}}), profile="rfc9068")
for name in ["jti", "sid"]:
    for kind, value in {"too short": "AAECAwQFBgcICQoLDA0OD", "no base64url": "+" * 22, "with stray bits": "AAECAwQFBgcICQoLDA0ODx"}.items():
        bad_claim("token_claim_invalid", name, f"{name} {kind}", with_(CLAIMS, **{name: value}))
for value in ["https://auth.example/", "http://auth.example", "https://AUTH.example", "", "https://auth.example\u0000"]:
    bad_claim("token_claim_invalid", "iss", f"iss {value!r}", with_(CLAIMS, iss=value))
bad_claim("token_claim_invalid", "sub", "sub empty", with_(CLAIMS, sub=""))
for value in ["other", "", "Default", "default "]:
    bad_claim("token_claim_invalid", "aud", f"aud {value!r}", with_(CLAIMS, aud=value))
bad_claim("token_claim_invalid", "aud", "aud a list of the right one, where any is taken",
          with_(CLAIMS, aud=[AUDIENCE]), audience=None)
bad_claim("token_claim_invalid", "exp", "a lifetime of a day and a second", with_(CLAIMS, exp=NOW + 86_401))
bad_claim("token_claim_invalid", "exp", "a lifetime of years", with_(CLAIMS, exp=DATE_MAX))
bad_claim("token_claim_invalid", "exp", "exp equal to iat", with_(CLAIMS, exp=NOW))
bad_claim("token_claim_invalid", "exp", "exp before iat", with_(CLAIMS, iat=NOW + 5, exp=NOW + 4))

# --- time
bad_claim("token_not_yet_valid", "iat", "iat in the future by 6 s", with_(CLAIMS, iat=NOW + 6))
bad_claim("token_not_yet_valid", "nbf", "nbf in the future by 6 s", with_(CLAIMS, nbf=NOW + 6))
bad_claim("token_expired", "exp", "exp now", with_(CLAIMS, iat=NOW - 60, exp=NOW))
bad_claim("token_expired", "exp", "exp a second ago", with_(CLAIMS, iat=NOW - 60, exp=NOW - 1))
bad_claim("token_expired", "exp", "exp long ago", with_(CLAIMS, iat=1, exp=2, auth_time=1))
bad_claim("token_expired", "exp", "exp at the boundary, seen later", CLAIMS, now=NOW + 3600)
bad_claim("token_claim_invalid", "aud", "expired, and wrong in another way", with_(CLAIMS, iat=1, exp=2, aud="other"))
bad_claim("token_claim_missing", "jti", "expired, and a claim missing", with_(CLAIMS, iat=1, exp=2, jti=ABSENT))

assert any("/" in entry["token"] for entry in cases), "no case shows the other alphabet"
names = [entry["name"] for entry in cases]
assert len(names) == len(set(names)), "two cases have one name"
about = ("Access tokens and what a verifier says to them. Made by make_jwt.py. `profile` names the claims that have to "
         "be there: `countersign` all of ours, `rfc9068` iss, sub, aud, iat and exp; `audience` null takes any.")
json.dump({"about": about, "cases": cases}, sys.stdout, indent=1, ensure_ascii=True)
print()
