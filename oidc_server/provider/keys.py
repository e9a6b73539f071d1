"""The keys that sign ID tokens: the one place that reads them, signs by them and verifies."""

import functools
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.types import Options
from jwt.utils import to_base64url_uint
from oidc_provider.models import RSAKey

ALGORITHM = "RS256"
# NIST SP 800-57: good until 2030; 3072 would triple the time of a sign-in's signature.
_BITS = 2048
_UNCHECKED: Options = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, kw_only=True)
class _Key:
    kid: str
    private: rsa.RSAPrivateKey
    public: rsa.RSAPublicKey


def signed(claims: dict[str, Any]) -> str:
    """The claims as a JWT (RFC 7519), signed by the oldest key, which is made if there is none."""
    key = _loaded(RSAKey.objects.order_by("pk").first() or make_signing_key())
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})


def verified(token: str) -> dict[str, Any]:
    """The claims of a JWT that one of the keys signed, however long ago and for whomever.

    Raises `jwt.InvalidTokenError`.
    """
    kid = jwt.get_unverified_header(token).get("kid")
    for key in map(_loaded, RSAKey.objects.all()):
        if key.kid == kid:
            return jwt.decode(token, key.public, algorithms=[ALGORITHM], options=_UNCHECKED)
    raise jwt.InvalidKeyError("no key of this provider has that id")


def public_jwks() -> list[dict[str, str]]:
    """RFC 7517."""
    return [_public_jwk(_loaded(key)) for key in RSAKey.objects.all()]


def make_signing_key() -> RSAKey:
    return RSAKey.objects.create(key=new_signing_key())


def new_signing_key() -> str:
    """An RSA key in PEM, as django-oidc-provider's table holds it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode("ascii")


def _loaded(row: RSAKey) -> _Key:
    return _parsed(row.key, row.kid)


@functools.lru_cache(maxsize=8)
def _parsed(pem: str, kid: str) -> _Key:
    """Loading a private key takes tens of milliseconds, so it is done once."""
    private = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("the signing key is not an RSA key")
    return _Key(kid=kid, private=private, public=private.public_key())


def _public_jwk(key: _Key) -> dict[str, str]:
    numbers = key.public.public_numbers()
    return {
        "kty": "RSA",
        "alg": ALGORITHM,
        "use": "sig",
        "kid": key.kid,
        "n": to_base64url_uint(numbers.n).decode("ascii"),
        "e": to_base64url_uint(numbers.e).decode("ascii"),
    }
