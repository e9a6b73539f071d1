"""What a request parameter may hold."""

import hashlib
import re
from collections.abc import Mapping

from jwt.utils import base64url_encode

# RFC 6749, appendix A: all of them are made of visible ASCII characters and spaces. Anything else
# could only split a header, upset the database (NUL) or the hash (non-ASCII).
_ALLOWED = re.compile(r"[\x20-\x7e]*")
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636, section 4.2
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, section 4.1


def are_printable(parameters: Mapping[str, object]) -> bool:
    return all(_ALLOWED.fullmatch(value) for value in parameters.values() if isinstance(value, str))


def is_printable(value: str) -> bool:
    return _ALLOWED.fullmatch(value) is not None


def is_s256_challenge(value: str) -> bool:
    return _S256_CHALLENGE.fullmatch(value) is not None


def is_verifier(value: str) -> bool:
    return _VERIFIER.fullmatch(value) is not None


def s256_challenge(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    return base64url_encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode("ascii")
