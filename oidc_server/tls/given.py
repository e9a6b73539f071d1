"""The certificate that somebody gave for the gateway: read, and put where the gateway looks.

Names and dates were judged when the deployment was generated; judging them here, at every start,
would turn an old certificate into a wiki that does not start.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from oidc_server.tls.files import write

FILE_NAME = "gateway.pem"


class NotUsable(Exception):  # noqa: N818 - it holds several, and is read so where caught
    """The pair can't serve; `problems` tells of which part, and what is wrong with it."""

    def __init__(self, *problems: tuple[Literal["CERTIFICATE", "KEY"], str]) -> None:
        super().__init__("\n".join(text for _, text in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class GivenCertificate:
    """`pem` is the key, then the certificate, then its chain: one file, so that no reader meets a
    new key beside an old certificate.
    """

    pem: bytes = field(repr=False)
    not_after: dt.datetime


def read_given(certificate: str, key: str) -> GivenCertificate:
    """Raises `NotUsable` with all that is wrong."""
    problems: list[tuple[Literal["CERTIFICATE", "KEY"], str]] = []
    chain, loaded = _chain(certificate), _key(key)
    if isinstance(chain, str):
        problems.append(("CERTIFICATE", chain))
    if isinstance(loaded, str):
        problems.append(("KEY", loaded))
    if isinstance(chain, str) or isinstance(loaded, str):
        raise NotUsable(*problems)
    if not _belong_together(chain[0], loaded):
        raise NotUsable(("KEY", "belongs to another certificate; give the first one's key"))
    key_pem = loaded.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # Written anew rather than as given: without comments, carriage returns and curve parameters.
    chain_pem = [item.public_bytes(serialization.Encoding.PEM) for item in chain]
    return GivenCertificate(
        pem=b"".join([key_pem, *chain_pem]), not_after=chain[0].not_valid_after_utc
    )


def install(given: GivenCertificate, directory: Path) -> str:
    """Replace the gateway's file if it holds anything else. Returns what was done, for the log.

    Raises `Unwritable`.
    """
    path = directory / FILE_NAME
    try:
        is_there = path.read_bytes() == given.pem
    except OSError:  # writing tells what is the matter, if it is more than being missing
        is_there = False
    if not is_there:
        write(path, given.pem, 0o640)
    past = given.not_after < dt.datetime.now(dt.UTC)
    until = f"{'EXPIRED' if past else 'valid until'} {given.not_after:%Y-%m-%d %H:%M} UTC"
    return f"{'kept' if is_there else 'installed'}, {until}"


def _chain(pem: str) -> list[x509.Certificate] | str:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return "is no certificate in PEM form; give the certificate and its chain"


def _key(pem: str) -> PrivateKeyTypes | str:
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        return "is protected by a passphrase, which nobody could type here; give it without"
    except (ValueError, UnsupportedAlgorithm):
        return "is no private key in PEM form; give the certificate's key"


def _belong_together(certificate: x509.Certificate, key: PrivateKeyTypes) -> bool:
    try:
        return certificate.public_key() == key.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
