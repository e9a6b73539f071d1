"""The keys that sign ID tokens: the one place that reads them, signs by them and verifies.

They lie encrypted in django-oidc-provider's table. How one follows another is in `rotation.py`.
"""

import functools
import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from django.utils import timezone
from jwt.types import Options
from jwt.utils import base64url_encode, to_base64url_uint
from oidc_provider.models import RSAKey

from oidc_server.provider.models import SigningKey
from oidc_server.sealing import UnknownSeal, seal, unseal

ALGORITHM = "RS256"
# Seconds that clients may keep JWKS, and that a worker may go by the keys that it knows.
JWKS_LIFE = 60 * 60
REREAD = 10
# NIST SP 800-57: good until 2030; 3072 would triple the time of a sign-in's signature.
_BITS = 2048
_UNCHECKED: Options = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Key:
    kid: str
    signs_from: datetime
    private: rsa.RSAPrivateKey
    public: rsa.RSAPublicKey


def signed(claims: dict[str, Any]) -> str:
    """The claims as a JWT (RFC 7519), signed by the newest key whose time has come.

    A key is made if there is none.
    """
    now = timezone.now()
    ready = [key for key in _believed() if key.signs_from <= now]
    key = ready[-1] if ready else _loaded(add(new_signing_key(), signs_from=now))
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})


def verified(token: str) -> dict[str, Any]:
    """The claims of a JWT that one of the keys signed, however long ago and for whomever.

    Raises `jwt.InvalidTokenError`.
    """
    kid = jwt.get_unverified_header(token).get("kid")
    for key in _believed():
        if key.kid == kid:
            return jwt.decode(token, key.public, algorithms=[ALGORITHM], options=_UNCHECKED)
    raise jwt.InvalidKeyError("no key of this provider has that id")


def jwks() -> bytes:
    """What clients verify by, the keys to come among them: RFC 7517, section 5."""
    return _jwks_of(_believed())


def add(pem: str, *, signs_from: datetime) -> SigningKey:
    """Keep a key, to sign from then on."""
    with transaction.atomic():
        return admit(RSAKey.objects.create(key=seal(pem)), pem, signs_from=signs_from)


def admit(row: RSAKey, pem: str, *, signs_from: datetime) -> SigningKey:
    """Let a key that is kept sign from then on."""
    kid = _thumbprint(_read(pem).public_key())
    made = SigningKey.objects.create(rsa_key=row, kid=kid, signs_from=signs_from)
    forget()
    return made


def new_signing_key() -> str:
    """An RSA key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode("ascii")


def forget() -> None:
    """Have this process look at the table again; others do within `REREAD` seconds."""
    _believed_in.cache_clear()


def _believed() -> tuple[_Key, ...]:
    return _believed_in(int(time.monotonic() // REREAD))


@functools.lru_cache(maxsize=1)
def _believed_in(_period: int) -> tuple[_Key, ...]:
    keys = []
    for row in SigningKey.objects.believed():
        try:
            keys.append(_loaded(row))
        except UnknownSeal:
            _log.error("signing key %s is left out: ENCRYPTION_KEY does not open it", row)
    return tuple(keys)


def _loaded(row: SigningKey) -> _Key:
    return _opened(row.rsa_key.key, row.kid, row.signs_from)


@functools.lru_cache(maxsize=8)
def _opened(sealed: str, kid: str, signs_from: datetime) -> _Key:
    """Loading a private key takes tens of milliseconds, so it is done once."""
    private = _read(unseal(sealed))
    return _Key(kid=kid, signs_from=signs_from, private=private, public=private.public_key())


def _read(pem: str) -> rsa.RSAPrivateKey:
    private = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("the signing key is not an RSA key")
    return private


@functools.lru_cache(maxsize=1)
def _jwks_of(keys: tuple[_Key, ...]) -> bytes:
    return json.dumps({"keys": [_public_jwk(key) for key in keys]}).encode("ascii")


def _public_jwk(key: _Key) -> dict[str, str]:
    return {"alg": ALGORITHM, "use": "sig", "kid": key.kid, **_required_members(key.public)}


def _thumbprint(key: rsa.RSAPublicKey) -> str:
    """RFC 7638, section 3."""
    members = json.dumps(_required_members(key), separators=(",", ":"), sort_keys=True)
    return base64url_encode(sha256(members.encode("ascii")).digest()).decode("ascii")


def _required_members(key: rsa.RSAPublicKey) -> dict[str, str]:
    """RFC 7518, section 6.3.1."""
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "n": to_base64url_uint(numbers.n).decode("ascii"),
        "e": to_base64url_uint(numbers.e).decode("ascii"),
    }
