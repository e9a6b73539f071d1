"""Codes and tokens: random to whoever holds one, digests to the database.

A code and a refresh token begin with the id of the grant they belong to, which finds it; the rest,
256 random bits, proves the right to it. What is as random as that can't be guessed from its digest,
so SHA-256 will do, without the salt and the many rounds that a password needs.
"""

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

from jwt.utils import base64url_encode

_ID = 16  # bytes
_RANDOM = 32
_OF_A_GRANT = re.compile(r"[A-Za-z0-9_-]{64}")  # 48 bytes in base64url


def new_access_token() -> str:
    return _text(secrets.token_bytes(_RANDOM))


def new_token_of(grant: UUID) -> str:
    """A code, or the first refresh token."""
    return _text(grant.bytes + secrets.token_bytes(_RANDOM))


def new_salt() -> bytes:
    return secrets.token_bytes(_RANDOM)


def successors(refresh_token: str, salt: bytes) -> tuple[str, str]:
    """The access and the refresh token that take the place of `refresh_token`.

    The same ones each time, so that an answer that was lost can be given again without being kept.
    They can't be told from the old token without the salt, nor from the salt without the token.
    """
    grant = grant_of(refresh_token)
    if grant is None:
        raise ValueError("not a refresh token")
    access, refresh = (
        hmac.digest(salt, f"{kind} {refresh_token}".encode("ascii"), "sha256")
        for kind in ("access", "refresh")
    )
    return _text(access), _text(grant.bytes + refresh)


def grant_of(token: str) -> UUID | None:
    """The id that a code or refresh token begins with; None if it can't be one."""
    if not _OF_A_GRANT.fullmatch(token):
        return None
    return UUID(bytes=base64.urlsafe_b64decode(token)[:_ID])


def digest(token: str) -> str:
    """What the database keeps."""
    return hashlib.sha256(token.encode()).hexdigest()


def at_hash(access_token: str) -> str:
    """OpenID Connect Core 1.0, section 3.1.3.6."""
    return _text(hashlib.sha256(access_token.encode("ascii")).digest()[:16])


def _text(value: bytes) -> str:
    return base64url_encode(value).decode("ascii")
