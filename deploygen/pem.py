"""The texts of a certificate and its key, taken apart: what is in them, and what is not."""

import base64
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from deploygen import x509
from deploygen.language import N_, _, all_of

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9# ]+)-----(.*?)-----END \1-----", re.DOTALL)
_CERTIFICATES = ("CERTIFICATE", "X509 CERTIFICATE")
_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
_CALLED = {
    **dict.fromkeys(_CERTIFICATES, N_("a certificate")),
    **dict.fromkeys(_KEYS, N_("a private key")),
    **dict.fromkeys(
        ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), N_("a certificate request")
    ),
    "PKCS7": N_("a PKCS #7 bundle"),
    "PUBLIC KEY": N_("a public key"),
    "OPENSSH PRIVATE KEY": N_("a key in OpenSSH's own form"),
}
CERTIFICATE_ACCEPTED = N_("accepted is the certificate and after it its chain, in PEM form")
KEY_ACCEPTED = N_("accepted is the certificate's private key, in PEM form and without a passphrase")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with one of the two files; it tells nothing of what is in the key's."""

    which: Literal["certificate", "key"]
    wrong: str
    accepted: str
    remedy: str


def damaged_key() -> Problem:
    """Return that the private key can't be read."""
    return Problem(
        which="key",
        wrong=_("the private key in it is damaged"),
        accepted=_(KEY_ACCEPTED),
        remedy=_("copy the file again"),
    )


def _exchanged() -> Problem:
    return Problem(
        which="certificate",
        wrong=_("it holds the private key, and TLS_KEY_FILE the certificate"),
        accepted=_(CERTIFICATE_ACCEPTED),
        remedy=_("exchange the two paths"),
    )


class Unfit(Exception):  # noqa: N818 - a finding, carried to where it is reported
    """A text holds nothing that could be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.wrong)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The certificates in DER, as they came, and the key in PEM, which is not known to be sound.

    ``problems`` say why a part is empty.
    """

    chain: tuple[bytes, ...]
    key: str = field(repr=False)
    problems: tuple[Problem, ...]


def read(chain: str, key: str) -> Pair:
    """Take the two texts apart, or tell all that is missing in them."""
    if _has_only(_KEYS, chain) and _has_only(_CERTIFICATES, key):
        return Pair(chain=(), key="", problems=(_exchanged(),))
    found: list[Problem] = []
    ders: tuple[bytes, ...] = ()
    pem = ""
    try:
        ders = certificates(chain)
    except Unfit as unfit:
        found.append(unfit.problem)
    try:
        pem = private_key(key)
    except Unfit as unfit:
        found.append(unfit.problem)
    return Pair(chain=ders, key=pem, problems=tuple(found))


def certificates(text: str) -> tuple[bytes, ...]:
    """Return the certificates in ``text`` in DER form, one at least. Raises Unfit."""
    bodies = [body for label, body in _BLOCK.findall(text) if label in _CERTIFICATES]
    if not bodies:
        raise Unfit(
            Problem(
                which="certificate",
                wrong=_("there is no certificate in it, {instead}", instead=_instead(text)),
                accepted=_(CERTIFICATE_ACCEPTED),
                remedy=_(
                    "write it as PEM: openssl x509 -inform der -in FILE -out NEW (a .p12 or "
                    ".pfx: openssl pkcs12 -nokeys -in FILE -out NEW)"
                )
                if _is_binary(text)
                else _("give the file that the certificate authority sent"),
            )
        )
    ders = []
    for number, body in enumerate(bodies, 1):
        try:
            der = _decoded(body)
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
            x509.read(der)
        except (ssl.SSLError, ValueError):
            wrong = (
                _("the certificate in it is damaged")
                if number == 1
                else _("certificate number {number} in it is damaged", number=number)
            )
            raise Unfit(
                Problem(
                    which="certificate",
                    wrong=wrong,
                    accepted=_(CERTIFICATE_ACCEPTED),
                    remedy=_("copy the file again"),
                )
            ) from None
        ders.append(der)
    return tuple(ders)


def private_key(text: str) -> str:
    """Return the first private key in ``text``, with nothing around it. Raises Unfit."""
    keys = [(label, body) for label, body in _BLOCK.findall(text) if label in _KEYS]
    if not keys:
        raise Unfit(
            Problem(
                which="key",
                wrong=_("there is no private key in it, {instead}", instead=_instead(text)),
                accepted=_(KEY_ACCEPTED),
                remedy=_(
                    "write it as PEM: openssl pkey -inform der -in FILE -out NEW (a .p12 or "
                    ".pfx: openssl pkcs12 -nocerts -nodes -in FILE -out NEW)"
                )
                if _is_binary(text)
                else _("give the file that was made together with the certificate or its request"),
            )
        )
    label, body = keys[0]
    if label == "ENCRYPTED PRIVATE KEY" or "Proc-Type:" in body:  # RFC 1421, 4.6.1.1
        raise Unfit(
            Problem(
                which="key",
                wrong=_(
                    "it is protected by a passphrase, which nobody could type at the "
                    "gateway's start"
                ),
                accepted=_(KEY_ACCEPTED),
                remedy=_("write it without one: openssl pkey -in FILE -out NEW"),
            )
        )
    try:
        return encoded(label, _decoded(body))
    except ValueError:
        raise Unfit(damaged_key()) from None


def _has_only(labels: Sequence[str], text: str) -> bool:
    """Tell whether what ``text`` has of certificates and private keys are ``labels`` alone."""
    found = {label for label, _body in _BLOCK.findall(text)} & {*_CERTIFICATES, *_KEYS}
    return bool(found) and found <= set(labels)


def _instead(text: str) -> str:
    """Return what there is besides what was looked for."""
    found = dict.fromkeys(_called(label) for label, _body in _BLOCK.findall(text))
    if found:
        return _("but {found}", found=all_of(found))
    return _("but binary data") if _is_binary(text) else _("nor anything else in PEM form")


def _called(label: str) -> str:
    return _(_CALLED[label]) if label in _CALLED else label


def _is_binary(text: str) -> bool:
    """Tell DER and PKCS #12 by how they begin: a SEQUENCE of over 127 bytes, decoded as text."""
    return text.startswith("0\N{REPLACEMENT CHARACTER}")


def _decoded(body: str) -> bytes:
    """Raises ValueError. Lines may be of any length and end in any way."""
    return base64.b64decode("".join(body.split()), validate=True)


def encoded(label: str, der: bytes) -> str:
    """Return DER in PEM form (RFC 7468)."""
    text = base64.encodebytes(der).decode("ascii")
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"
