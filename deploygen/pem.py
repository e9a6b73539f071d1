"""The texts of a certificate and its key, taken apart: what is in them, and what is not."""

import base64
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9# ]+)-----(.*?)-----END \1-----", re.DOTALL)
_CERTIFICATES = ("CERTIFICATE", "X509 CERTIFICATE")
_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
_CALLED = {
    **dict.fromkeys(_CERTIFICATES, "a certificate"),
    **dict.fromkeys(_KEYS, "a private key"),
    **dict.fromkeys(("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), "a certificate request"),
    "PKCS7": "a PKCS #7 bundle",
    "PUBLIC KEY": "a public key",
    "OPENSSH PRIVATE KEY": "a key in OpenSSH's own form",
}
CERTIFICATE_ACCEPTED = "accepted is the certificate and after it its chain, in PEM form"
KEY_ACCEPTED = "accepted is the certificate's private key, in PEM form and without a passphrase"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with one of the two files; it tells nothing of what is in the key's."""

    which: Literal["certificate", "key"]
    wrong: str
    accepted: str
    remedy: str


class Unfit(Exception):  # noqa: N818 - a finding, carried to where it is reported
    """The pair is not even good for a handshake."""

    def __init__(
        self, which: Literal["certificate", "key"], wrong: str, accepted: str, remedy: str
    ) -> None:
        super().__init__(wrong)
        self.problem = Problem(which=which, wrong=wrong, accepted=accepted, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The certificates in DER, as they came, and the key in PEM; neither is known to be sound."""

    chain: tuple[bytes, ...]
    key: str = field(repr=False)


def read(chain: str, key: str) -> Pair | list[Problem]:
    """Take the two texts apart, or tell all that is missing in them."""
    in_chain, in_key = _BLOCK.findall(chain), _BLOCK.findall(key)
    certificates = [body for label, body in in_chain if label in _CERTIFICATES]
    keys = [(label, body) for label, body in in_key if label in _KEYS]
    if not certificates and not keys and _has(in_chain, _KEYS) and _has(in_key, _CERTIFICATES):
        return [
            Problem(
                which="certificate",
                wrong="it holds the private key, and TLS_KEY_FILE the certificate",
                accepted=CERTIFICATE_ACCEPTED,
                remedy="exchange the two paths",
            )
        ]
    found: list[Problem] = []
    ders: tuple[bytes, ...] = ()
    pem = ""
    try:
        ders = _certificates(certificates, in_chain)
    except Unfit as unfit:
        found.append(unfit.problem)
    try:
        pem = _key(keys, in_key)
    except Unfit as unfit:
        found.append(unfit.problem)
    return found or Pair(chain=ders, key=pem)


def _has(blocks: Sequence[tuple[str, str]], labels: Sequence[str]) -> bool:
    return any(label in labels for label, _ in blocks)


def _certificates(bodies: list[str], blocks: list[tuple[str, str]]) -> tuple[bytes, ...]:
    if not bodies:
        raise Unfit(
            "certificate",
            f"there is no certificate in it{_instead(blocks)}",
            CERTIFICATE_ACCEPTED,
            "give the file that the certificate authority sent; one in binary form is written as "
            "PEM by: openssl x509 -inform der -in FILE -out NEW",
        )
    ders = []
    for number, body in enumerate(bodies, 1):
        try:
            der = _decoded(body)
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
        except (ssl.SSLError, ValueError):
            which = "the certificate" if number == 1 else f"certificate number {number}"
            raise Unfit(
                "certificate",
                f"{which} in it is damaged",
                CERTIFICATE_ACCEPTED,
                "copy the file again",
            ) from None
        ders.append(der)
    return tuple(ders)


def _key(keys: list[tuple[str, str]], blocks: list[tuple[str, str]]) -> str:
    if not keys:
        raise Unfit(
            "key",
            f"there is no private key in it{_instead(blocks)}",
            KEY_ACCEPTED,
            "give the file that was made together with the certificate or its request",
        )
    label, body = keys[0]
    if label == "ENCRYPTED PRIVATE KEY" or "Proc-Type:" in body:  # RFC 1421, 4.6.1.1
        raise Unfit(
            "key",
            "it is protected by a passphrase, which nobody could type at the gateway's start",
            KEY_ACCEPTED,
            "write it without one: openssl pkey -in FILE -out NEW",
        )
    try:
        return encoded(label, _decoded(body))
    except ValueError:
        raise damaged_key() from None


def damaged_key() -> Unfit:
    return Unfit("key", "the private key in it is damaged", KEY_ACCEPTED, "copy the file again")


def _instead(blocks: list[tuple[str, str]]) -> str:
    found = list(dict.fromkeys(_CALLED.get(label, label) for label, _ in blocks))
    return f", but {' and '.join(found)}" if found else ", nor anything else in PEM form"


def _decoded(body: str) -> bytes:
    """Raises ValueError. Lines may be of any length and end in any way."""
    return base64.b64decode("".join(body.split()), validate=True)


def encoded(label: str, der: bytes) -> str:
    """Return DER in PEM form (RFC 7468)."""
    text = base64.encodebytes(der).decode("ascii")
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"
