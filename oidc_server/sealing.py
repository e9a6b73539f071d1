"""Encryption of what the database must keep and a copy of the database must not tell.

Fernet (AES-128-CBC and HMAC-SHA256, https://github.com/fernet/spec) under `ENCRYPTION_KEY`, which
is in the environment alone.
"""

import functools
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class UnknownSeal(Exception):  # noqa: N818 - what is wrong with it
    """Something that was not sealed by this ENCRYPTION_KEY, or was changed since."""


def seal(text: str) -> str:
    """Each time another one, in ASCII; a third longer than the text, and 100 characters."""
    return _cipher(settings.ENCRYPTION_KEY).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Raises `UnknownSeal`."""
    try:
        return _cipher(settings.ENCRYPTION_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnknownSeal from None


@functools.lru_cache(maxsize=1)
def _cipher(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(key))
