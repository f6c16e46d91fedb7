"""A client that shares nothing with us but SECRET_KEY and the documents: requests, and PyJWT for the token.

It finds the server in ORIGIN and the secret in SECRET_KEY.
"""

import os
import secrets

import jwt
import requests

ORIGIN = os.environ["ORIGIN"]
SECRET_KEY = os.environ["SECRET_KEY"]


def main():
    name, password = f"py-{secrets.token_hex(8)}", secrets.token_urlsafe(16)
    account = {"username": name, "email": f"{name}@example.com", "password": password}
    registered = requests.post(f"{ORIGIN}/api/auth/register", json=account)
    assert registered.status_code == 201, registered.text
    user_id = registered.json()["user_id"]

    logged_in = requests.post(f"{ORIGIN}/api/auth/login", json={"username": name, "password": password})
    assert logged_in.status_code == 200, logged_in.text
    token = logged_in.json()["access_token"]

    expected = {"algorithms": ["HS256"], "audience": "default", "issuer": "countersign"}
    required = {"require": ["exp", "iat", "sub", "aud", "iss", "jti"]}
    claims = jwt.decode(token, SECRET_KEY, options=required, **expected)
    assert claims["sub"] == str(user_id), claims
    assert claims["exp"] - claims["iat"] == logged_in.json()["expires_in"], claims
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    for wrong_key, wrong_token in [(SECRET_KEY[::-1], token), (SECRET_KEY, token[:-4] + "AAAA")]:
        try:
            jwt.decode(wrong_token, wrong_key, options=required, **expected)
        except jwt.InvalidSignatureError:
            continue
        raise AssertionError("PyJWT takes a token that it must refuse")

    profile = requests.get(f"{ORIGIN}/api/users/me", headers={"Authorization": f"Bearer {token}"})
    assert profile.status_code == 200, profile.text
    assert (profile.json()["id"], profile.json()["username"]) == (user_id, name), profile.text
    print(f"requests and PyJWT {jwt.__version__}: registered, logged in, token verified with the shared secret, profile read")


if __name__ == "__main__":
    main()
