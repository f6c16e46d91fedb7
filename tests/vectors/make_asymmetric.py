#!/usr/bin/env python3
"""Writes asymmetric.json: signatures of ES256 and RS256 that hold and that must not, and keys of both that are taken and
that are refused. Curve and modular arithmetic are done here in plain integers, so that nothing is shared with what is
tested. Run it from this folder; the same file comes out each time."""

import base64
import hashlib
import hmac
import json

# --- What RFC 7515 gives: keys and tokens of its appendices A.2 (RS256), A.3 (ES256) and A.1's payload.

RFC_PAYLOAD = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
A2_KEY = {
    "kty": "RSA",
    "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    "e": "AQAB",
}
A2_PRIVATE = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"
A2_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
A3_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
A3_PRIVATE = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
A3_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
# RFC 8037, appendix A.2.
ED_KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
HS_KEY = {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(data):
    return int.from_bytes(data, "big")


def octets(value, length=None):
    return value.to_bytes(length or (value.bit_length() + 7) // 8, "big")


# --- P-256 (SEC 2 section 2.4.2) and ECDSA (FIPS 186-5 section 6.4).

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(scalar, point=G):
    total = None
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


SCALAR = number(decode(A3_PRIVATE))
assert multiply(SCALAR) == tuple(number(decode(A3_KEY[name])) for name in "xy")


def ecdsa(message, nonce=0x1D2F3A):
    digest = number(hashlib.sha256(message).digest())
    r = multiply(nonce)[0] % N
    return r, pow(nonce, -1, N) * (digest + r * SCALAR) % N


def halves(r, s, length=32):
    return octets(r, length) + octets(s, length)


def der(r, s):
    def integer(value):
        body = octets(value, value.bit_length() // 8 + 1)
        return b"\x02" + bytes([len(body)]) + body

    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


# --- RSA (RFC 8017).

MODULUS, EXPONENT = number(decode(A2_KEY["n"])), 65537
DIGEST_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


def padded(message, digest="sha256", kind=b"\x01", fill=b"\xff", zero=b"\x00", info=None, garbage=b""):
    """The encoded message of RFC 8017 section 9.2, or something like it."""
    info = DIGEST_INFO[digest] if info is None else info
    end = zero + info + hashlib.new(digest, message).digest() + garbage
    return b"\x00" + kind + fill * (256 - 2 - len(end)) + end


def raw(encoded):
    return octets(pow(number(encoded), number(decode(A2_PRIVATE)), MODULUS), 256)


# --- Cases.

signatures, keys = [], []


def case(name, token, key, code=None, algorithms=("HS256", "EdDSA", "ES256", "RS256")):
    verdict = {"ok": True, "payload": decode(token.split(".")[1]).decode()} if code is None else {"ok": False, "code": code}
    signatures.append({"name": name, "token": token, "keys": key, "algorithms": list(algorithms), **verdict})


def signed_part(header, payload=RFC_PAYLOAD):
    return f"{encode(json.dumps(header, separators=(',', ':')).encode())}.{encode(payload.encode())}"


def token(header, sign, payload=RFC_PAYLOAD):
    part = signed_part(header, payload)
    return f"{part}.{encode(sign(part.encode()))}"


WRONG, MALFORMED = "token_signature_invalid", "token_malformed"
NOT_ALLOWED, CRITICAL = "token_algorithm_not_allowed", "token_critical_unsupported"
ES, RS = {"alg": "ES256"}, {"alg": "RS256"}


def es(name, change, code=None, header=ES, key=A3_KEY):
    case(name, token(header, lambda part: change(*ecdsa(part))), key, code)


def rs(name, code=None, header=RS, key=A2_KEY, finish=lambda signature: signature, **encoding):
    case(name, token(header, lambda part: finish(raw(padded(part, **encoding)))), key, code)


case("RFC 7515 appendix A.3, ES256", A3_TOKEN, A3_KEY)
case("A.3 where ES256 alone is accepted", A3_TOKEN, A3_KEY, algorithms=["ES256"])
case("A.3 where all but ES256 are accepted", A3_TOKEN, A3_KEY, NOT_ALLOWED, ["HS256", "EdDSA", "RS256"])
case("A.3 with another payload", A3_TOKEN.replace(".eyJpc3MiOiJqb2Ui", ".eyJpc3MiOiJqb2Yi"), A3_KEY, WRONG)
case("A.3 under the generator as a key", A3_TOKEN, {**A3_KEY, "x": encode(octets(G[0])), "y": encode(octets(G[1]))}, WRONG)
case("A.3 under its key out of a set of all kinds", A3_TOKEN, {"keys": [HS_KEY, ED_KEY, A2_KEY, A3_KEY]})
es("ES256 over a nonce of ours", halves)
es("ES256 with a kid", halves, header={**ES, "kid": "ec"}, key={**A3_KEY, "kid": "ec"})
es("ES256 under another kid", halves, "token_key_unknown", {**ES, "kid": "rsa"}, {**A3_KEY, "kid": "ec"})
es("ES256 with s and with its negative", lambda r, s: halves(r, N - s))
es("ES256 with r and s the wrong way round", lambda r, s: halves(s, r), WRONG)
es("ES256 in DER", der, WRONG)
es("ES256 in DER with the negative of s", lambda r, s: der(r, N - s), WRONG)
es("ES256 of 63 bytes", lambda r, s: halves(r, s)[:-1], WRONG)
es("ES256 of 65 bytes", lambda r, s: halves(r, s) + b"\0", WRONG)
es("ES256 with a zero before each half", lambda r, s: halves(r, s, 33), WRONG)
es("ES256 twice", lambda r, s: halves(r, s) * 2, WRONG)
es("ES256 of nothing", lambda r, s: b"", WRONG)
for r_name, r_of in [("r", lambda r: r), ("0", lambda _: 0), ("1", lambda _: 1), ("n", lambda _: N), ("p", lambda _: P), ("all bits", lambda _: 2**256 - 1)]:
    for s_name, s_of in [("s", lambda s: s), ("0", lambda _: 0), ("1", lambda _: 1), ("n", lambda _: N), ("all bits", lambda _: 2**256 - 1)]:
        if (r_name, s_name) != ("r", "s"):
            es(f"ES256 where the halves are {r_name} and {s_name}", lambda r, s, r_of=r_of, s_of=s_of: halves(r_of(r), s_of(s)), WRONG)

case("RFC 7515 appendix A.2, RS256", A2_TOKEN, A2_KEY)
case("A.2 where RS256 alone is accepted", A2_TOKEN, A2_KEY, algorithms=["RS256"])
case("A.2 where all but RS256 are accepted", A2_TOKEN, A2_KEY, NOT_ALLOWED, ["HS256", "EdDSA", "ES256"])
case("A.2 with another payload", A2_TOKEN.replace(".eyJpc3MiOiJqb2Ui", ".eyJpc3MiOiJqb2Yi"), A2_KEY, WRONG)
case("A.2 under its key out of a set of all kinds", A2_TOKEN, {"keys": [HS_KEY, ED_KEY, A2_KEY, A3_KEY]})
rs("RS256 with a kid", header={**RS, "kid": "rsa"}, key={**A2_KEY, "kid": "rsa"})
rs("RS256 under another kid", "token_key_unknown", {**RS, "kid": "ec"}, {**A2_KEY, "kid": "rsa"})
rs("RS256 over SHA-1", WRONG, digest="sha1")
rs("RS256 over SHA-512", WRONG, digest="sha512")
rs("RS256 over SHA-256 called SHA-512", WRONG, info=DIGEST_INFO["sha512"])
rs("RS256 without the NULL of its hash", WRONG, info=bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20")
rs("RS256 over the bare digest", WRONG, info=b"")
rs("RS256 padded as encryption is", WRONG, kind=b"\x02")
rs("RS256 padded with zeros", WRONG, kind=b"\x00", fill=b"\x00")
rs("RS256 padded with other bytes", WRONG, fill=b"\xfe")
rs("RS256 without the zero after the padding", WRONG, zero=b"")
rs("RS256 with garbage after the digest", WRONG, garbage=b"garbage")
rs("RS256 with a padding that ends early", WRONG, fill=b"\xff", garbage=b"\0" * 150)
rs("RS256 without its last byte", WRONG, finish=lambda signature: signature[:-1])
rs("RS256 with a byte after it", WRONG, finish=lambda signature: signature + b"\0")
rs("RS256 with a zero before it", WRONG, finish=lambda signature: b"\0" + signature)
rs("RS256 of nothing", WRONG, finish=lambda _: b"")
rs("RS256 that is 0", WRONG, finish=lambda _: bytes(256))
rs("RS256 that is 1", WRONG, finish=lambda _: octets(1, 256))
rs("RS256 that is the modulus", WRONG, finish=lambda _: octets(MODULUS))
rs("RS256 that is one less than the modulus", WRONG, finish=lambda _: octets(MODULUS - 1))
rs("RS256 longer than any", WRONG, finish=lambda signature: signature * 5)
case("RS256 with the modulus added", token(RS, lambda part: octets(number(raw(padded(part))) + MODULUS, 257)), A2_KEY, WRONG)
case("RS256 that is the padded digest itself", token(RS, padded), A2_KEY, WRONG)

# Each algorithm under the keys of the others.
MADE = {
    "HS256": lambda part: hmac.digest(decode(HS_KEY["k"]), part, "sha256"),
    "ES256": lambda part: halves(*ecdsa(part)),
    "RS256": lambda part: raw(padded(part)),
}
KEYS = {"HS256": HS_KEY, "EdDSA": ED_KEY, "ES256": A3_KEY, "RS256": A2_KEY}
for signer, sign in MADE.items():
    for said in KEYS:
        for holder, key in KEYS.items():
            good = signer == said == holder
            code = None if good else NOT_ALLOWED if said != holder else WRONG
            case(f"signed as {signer}, said to be {said}, under a key of {holder}", token({"alg": said}, sign), key, code)

# What an attacker has of a public key, as the secret of an HMAC.
ec_point = b"\x04" + decode(A3_KEY["x"]) + decode(A3_KEY["y"])
ec_spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + ec_point
ed_spki = bytes.fromhex("302a300506032b6570032100") + decode(ED_KEY["x"])


def sequence(body):
    return b"\x30\x82" + octets(len(body), 2) + body


rsa_pkcs1 = sequence(b"\x02\x82\x01\x01\x00" + decode(A2_KEY["n"]) + b"\x02\x03\x01\x00\x01")
rsa_spki = sequence(bytes.fromhex("300d06092a864886f70d0101010500") + b"\x03\x82" + octets(len(rsa_pkcs1) + 1, 2) + b"\x00" + rsa_pkcs1)


def pem(spki):
    text = base64.b64encode(spki).decode()
    lines = [text[place : place + 64] for place in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


def texts(jwk):
    return [("compact JSON", json.dumps(jwk, separators=(",", ":")).encode()), ("JSON", json.dumps(jwk).encode())]


for kind, jwk, forms in [
    ("RSA", A2_KEY, [("n", decode(A2_KEY["n"])), ("n in base64url", A2_KEY["n"].encode()), ("PKCS#1", rsa_pkcs1), ("SPKI", rsa_spki), ("PEM", pem(rsa_spki)), ("PEM without its last line break", pem(rsa_spki)[:-1]), *texts(A2_KEY)]),
    ("EC", A3_KEY, [("x", decode(A3_KEY["x"])), ("the point", ec_point), ("the point without its first byte", ec_point[1:]), ("SPKI", ec_spki), ("PEM", pem(ec_spki)), ("PEM without its last line break", pem(ec_spki)[:-1]), *texts(A3_KEY)]),
    ("Ed25519", ED_KEY, [("x", decode(ED_KEY["x"])), ("SPKI", ed_spki), ("PEM", pem(ed_spki)), *texts(ED_KEY)]),
]:
    for form, secret in forms:
        forged = token({"alg": "HS256"}, lambda part, secret=secret: hmac.digest(secret, part, "sha256"))
        case(f"HS256 under a public key of {kind} as {form}", forged, jwk, NOT_ALLOWED)

# Names that are no algorithm of ours, over signatures that would hold.
for name in ["none", "None", "NONE", "", "es256", "Es256", "ES256 ", " ES256", "ES256K", "ES384", "ES512", "P-256", "ECDSA"]:
    es(f"a good ES256 that says {name!r}", halves, NOT_ALLOWED, {"alg": name})
for name in ["none", "nOnE", "rs256", "Rs256", "RS256\0", "RS384", "RS512", "PS256", "RSA1_5", "RSA", "RSASSA-PKCS1-v1_5"]:
    rs(f"a good RS256 that says {name!r}", NOT_ALLOWED, {"alg": name})
case("none without a signature under a key of ES256", signed_part({"alg": "none"}) + ".", A3_KEY, NOT_ALLOWED)
case("none without a signature under a key of RS256", signed_part({"alg": "none"}) + ".", A2_KEY, NOT_ALLOWED)
for wrong in [None, 256, ["ES256"], {"alg": "ES256"}, True]:
    es(f"a good ES256 whose alg is {json.dumps(wrong)}", halves, MALFORMED, {"alg": wrong})
es("a good ES256 without alg", halves, MALFORMED, {})

# A header that brings its own key, over a signature by that key.
OWN = 0xC0FFEE
own_point = multiply(OWN)
OWN_KEY = {"kty": "EC", "crv": "P-256", "x": encode(octets(own_point[0], 32)), "y": encode(octets(own_point[1], 32))}


def own(part, nonce=0xBADC0DE):
    r = multiply(nonce)[0] % N
    return halves(r, pow(nonce, -1, N) * (number(hashlib.sha256(part).digest()) + r * OWN) % N)


for name, member in [
    ("jwk", {"jwk": OWN_KEY}),
    ("jku", {"jku": "https://attacker.example/jwks.json"}),
    ("x5u", {"x5u": "https://attacker.example/chain.pem"}),
    ("x5c", {"x5c": [base64.b64encode(ec_spki).decode()]}),
    ("x5t", {"x5t": "dGh1bWJwcmludA"}),
    ("a kid that is a path", {"kid": "../../../../dev/null"}),
    ("a kid that is a query", {"kid": "' UNION SELECT 'key' --"}),
    ("a kid that is an address", {"kid": "https://attacker.example/jwks.json"}),
]:
    case(f"{name} of the attacker's key, signed by it", token({**ES, **member}, own), A3_KEY, WRONG)
    es(f"{name} beside a good signature leads nowhere", halves, header={**ES, **member})
for name, member in [("crit", {"crit": ["exp"]}), ("an empty crit", {"crit": []}), ("b64 false", {"b64": False, "crit": ["b64"]}), ("b64 false without crit", {"b64": False})]:
    es(f"{name} over a good ES256", halves, CRITICAL, {**ES, **member})
    rs(f"{name} over a good RS256", CRITICAL, {**RS, **member})
es("b64 true over a good ES256", halves, header={**ES, "b64": True})


# --- Keys.


def key(name, jwk, kind=None, left_out=False):
    """A key by itself and in a set, which leaves out what is not for us and refuses what is faulty."""
    text = jwk if isinstance(jwk, str) else json.dumps(jwk)
    alone = {"ok": True, "keys": [[kind, None]]} if kind else {"ok": False, "code": "key_invalid"}
    keys.append({"name": name, "json": text, **alone})
    if left_out:
        keys.append({"name": f"{name}, in a set", "json": json.dumps({"keys": [jwk, ED_KEY]}), "ok": True, "keys": [["EdDSA", None]]})
    elif kind is None:
        keys.append({"name": f"{name}, in a set", "json": json.dumps({"keys": [jwk, ED_KEY]}), "ok": False, "code": "key_invalid"})


def ec(name, kind=None, left_out=False, **members):
    jwk = {member: value for member, value in {**A3_KEY, **members}.items() if value is not None}
    key(name, jwk, kind, left_out)


x, y = decode(A3_KEY["x"]), decode(A3_KEY["y"])
ec("P-256", "ES256")
ec("P-256 with alg and use", "ES256", alg="ES256", use="sig")
ec("P-256 with its private half", "ES256", d=A3_PRIVATE)
ec("P-256 that may verify", "ES256", key_ops=["verify"])
ec("P-256 that may sign alone", left_out=True, key_ops=["sign"])
ec("P-256 for encryption", left_out=True, use="enc")
ec("P-256 for ES384", left_out=True, alg="ES384")
ec("P-256 for RS256", left_out=True, alg="RS256")
ec("P-256 for ECDH-ES", left_out=True, alg="ECDH-ES")
ec("P-384 with coordinates of P-256", left_out=True, crv="P-384")
ec("secp256k1", left_out=True, crv="secp256k1")
ec("p-256", left_out=True, crv="p-256")
ec("EC without crv", left_out=True, crv=None)
ec("P-256 without x", x=None)
ec("P-256 without y", y=None)
ec("P-256 off the curve by one bit of y", y=encode(y[:-1] + bytes([y[-1] ^ 1])))
ec("P-256 off the curve by one bit of x", x=encode(x[:-1] + bytes([x[-1] ^ 1])))
ec("P-256 with x and y the wrong way round", x=A3_KEY["y"], y=A3_KEY["x"])
ec("P-256 mirrored", "ES256", y=encode(octets(P - number(y), 32)))
ec("P-256 at zero", x=encode(bytes(32)), y=encode(bytes(32)))
ec("P-256 at x = 0, of the twisted curve", x=encode(bytes(32)), y=encode(octets(1, 32)))
ec("P-256 with all bits", x=encode(b"\xff" * 32), y=encode(b"\xff" * 32))
# A point whose x is small enough to be written once more with p added.
small_x = next(x for x in range(2, 10**6) if pow((x**3 - 3 * x + B) % P, (P - 1) // 2, P) == 1)
small_y = pow((small_x**3 - 3 * small_x + B) % P, (P + 1) // 4, P)
ec("P-256 with a small x", "ES256", x=encode(octets(small_x, 32)), y=encode(octets(small_y, 32)))
ec("P-256 with p added to x", x=encode(octets(small_x + P, 32)), y=encode(octets(small_y, 32)))
ec("P-256 with x not padded", x=encode(octets(small_x)), y=encode(octets(small_y, 32)))
ec("P-256 with x of 31 bytes", x=encode(x[1:]))
ec("P-256 with x of 33 bytes", x=encode(b"\0" + x))
ec("P-256 with y of 33 bytes", y=encode(b"\0" + y))
ec("P-256 with empty coordinates", x="", y="")
ec("P-256 with x in hex", x=x.hex())
ec("P-256 with padding", x=A3_KEY["x"] + "=")
ec("P-256 with the alphabet of plain base64", y=A3_KEY["y"].replace("_", "/"))
ec("P-256 with x a number", x=7)


def rsa(name, kind=None, left_out=False, **members):
    jwk = {member: value for member, value in {**A2_KEY, **members}.items() if value is not None}
    key(name, jwk, kind, left_out)


def modulus(bits, start=0):
    """An odd number of this many bits. A verifier can tell no more of a modulus."""
    filler = b"".join(hashlib.sha256(bytes([start, block])).digest() for block in range(64))
    return encode(octets(number(filler) >> (len(filler) * 8 - bits + 1) | 1 << (bits - 1) | 1))


rsa("RSA", "RS256")
rsa("RSA with alg and use", "RS256", alg="RS256", use="sig")
rsa("RSA with its private exponent", "RS256", d=A2_PRIVATE)
rsa("RSA for PS256", left_out=True, alg="PS256")
rsa("RSA for RS512", left_out=True, alg="RS512")
rsa("RSA for encryption", left_out=True, use="enc")
rsa("RSA for RSA-OAEP", left_out=True, alg="RSA-OAEP")
rsa("RSA that may sign alone", left_out=True, key_ops=["sign"])
rsa("rsa", left_out=True, kty="rsa")
for bits in [1, 512, 1024, 2047, 8193, 16384]:
    rsa(f"RSA of {bits} bits", left_out=True, n=modulus(bits))
for bits in [2048, 2049, 3072, 4096, 8192]:
    rsa(f"RSA of {bits} bits", "RS256", n=modulus(bits))
rsa("RSA with an even modulus", n=encode(octets(MODULUS - 1)))
rsa("RSA with a zero before the modulus", n=encode(b"\0" + decode(A2_KEY["n"])))
rsa("RSA with an empty modulus", n="")
rsa("RSA without n", n=None)
rsa("RSA without e", e=None)
for exponent in [3, 5, 17, 257, 65537, 2**31 + 11, 2**32 - 1]:
    rsa(f"RSA with the exponent {exponent}", "RS256", e=encode(octets(exponent)))
for exponent in [1, 2, 4, 65536, 65538, 2**32 + 1, 2**64 + 1]:
    rsa(f"RSA with the exponent {exponent}", e=encode(octets(exponent)))
rsa("RSA with the exponent 0", e=encode(b"\0"))
rsa("RSA with an empty exponent", e="")
rsa("RSA with a zero before the exponent", e=encode(b"\0\x01\0\x01"))
rsa("RSA with the modulus as its exponent", e=A2_KEY["n"])
rsa("RSA with e a number", e=65537)
rsa("RSA with n in hex", n="10001")
# The weakness of CVE-2017-15361: modulo each small prime, the modulus is a power of 65537.
PRIMORIAL = 1
for prime in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167]:
    PRIMORIAL *= prime
WEAK = pow(65537, 12345, PRIMORIAL) + PRIMORIAL * ((1 << 2047) // PRIMORIAL + 1)
rsa("RSA whose primes are of the weak kind of CVE-2017-15361", n=encode(octets(WEAK)))
rsa("RSA of 2048 bits next to that", "RS256", n=encode(octets(WEAK + 2)))

with open("asymmetric.json", "w", encoding="utf-8") as file:
    about = "ES256 and RS256: signatures in the compact form and JSON Web Keys, as make_asymmetric.py makes them. The keys and the first token of each are those of RFC 7515."
    rows = lambda cases: ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in cases)
    file.write(f'{{\n "about": {json.dumps(about)},\n "signatures": [\n{rows(signatures)}\n ],\n "keys": [\n{rows(keys)}\n ]\n}}\n')
print(len(signatures), "signatures,", len(keys), "keys")
