"""What makes an ID token good (OpenID Connect Core 1.0, section 3.1.3.7), for RS256 alone."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

_LEEWAY = 60  # seconds
# DigestInfo of SHA-256, see RFC 8017, section 9.2, note 1.
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class BadTokenError(ValueError):
    """The ID token can't be believed; the message says why."""


def claims(
    token: str, keys: dict[str, Any], *, issuer: str, client_id: str, nonce: str | None
) -> dict[str, Any]:
    """Return the claims of a token signed by one of `keys`, which is a JWK set.

    `nonce` is None after a refresh, whose token may lack it (section 12.2). Raises BadTokenError.
    """
    try:
        signed, _, signature = token.rpartition(".")
        header, payload = (json.loads(_decoded(part)) for part in signed.split("."))
        is_signed = header["alg"] == "RS256" and any(
            _is_signed_by(key, signed.encode("ascii"), _decoded(signature))
            for key in keys["keys"]
            if key["kty"] == "RSA" and key["kid"] == header["kid"]
        )
        audience = payload["aud"] if isinstance(payload["aud"], list) else [payload["aud"]]
        checks = {
            "no key of the provider signed it": is_signed,
            "it is from someone else": payload["iss"] == issuer,
            "it is for someone else": client_id in audience,
            "it has expired": payload["exp"] + _LEEWAY > time.time(),
            "it answers another request": nonce is None or payload.get("nonce") == nonce,
        }
    except (KeyError, TypeError, ValueError) as error:
        raise BadTokenError(f"it is malformed ({type(error).__name__})") from None
    for wrong, is_right in checks.items():
        if not is_right:
            raise BadTokenError(wrong)
    return dict(payload)


def _is_signed_by(key: dict[str, Any], signed: bytes, signature: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2.2): compare with the one right encoding."""
    modulus, exponent = (int.from_bytes(_decoded(key[name])) for name in ("n", "e"))
    size = (modulus.bit_length() + 7) // 8
    info = _SHA256_INFO + hashlib.sha256(signed).digest()
    wanted = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    number = int.from_bytes(signature)
    if len(signature) != size or number >= modulus:
        return False
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(size), wanted)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
