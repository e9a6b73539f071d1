"""The sample client believes no ID token that it shouldn't."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from deploygen.demo.client import id_token

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER = "http://localhost:8000/uc/oauth"


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    right = {"iss": ISSUER, "aud": "me", "sub": "someone", "nonce": "n", "exp": now + 3600}
    return {**right, **changed}


def signed(key: rsa.RSAPrivateKey = KEY, **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm="RS256", headers={"kid": "k"})


def checked(token: str) -> dict[str, Any]:
    published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    keys = {"keys": [{**published, "kid": "k"}]}
    return id_token.claims(token, keys, issuer=ISSUER, client_id="me", nonce="n")


def test_a_good_token_is_believed() -> None:
    assert checked(signed())["sub"] == "someone"


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (signed(OTHER_KEY), "no key of the provider signed it"),
        (signed(iss="http://localhost:8000"), "it is from someone else"),
        (signed(aud=["you"]), "it is for someone else"),
        (signed(exp=int(time.time()) - 60), "it has expired"),
        (signed(nonce="another"), "it answers another request"),
        (jwt.encode(claims(), "", algorithm="none", headers={"kid": "k"}), "no key"),
        (jwt.encode(claims(), "s" * 32, algorithm="HS256", headers={"kid": "k"}), "no key"),
        (signed()[:-6], "no key of the provider signed it"),
        ("", "it is malformed"),
        ("a.b.c", "it is malformed"),
        (f"{base64.urlsafe_b64encode(b'[]').decode()}.e30.c2ln", "it is malformed"),
    ],
)
def test_a_bad_token_is_refused(token: str, why: str) -> None:
    with pytest.raises(id_token.BadTokenError, match=why):
        checked(token)
