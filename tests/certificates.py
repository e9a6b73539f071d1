"""Certificates to throw away."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Made:
    certificate: x509.Certificate
    key: Key

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return key_pem(self.key)


def key_pem(key: PrivateKeyTypes, passphrase: bytes = b"", *, traditional: bool = False) -> str:
    form = serialization.PrivateFormat
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        form.TraditionalOpenSSL if traditional else form.PKCS8,
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption(),
    )
    return pem.decode()


def make(
    *names: str,
    key: Key | None = None,
    issuer: Made | None = None,
    start: dt.datetime | None = None,
    days: int = 90,
    extensions: Sequence[x509.ExtensionType] = (),
) -> Made:
    """A certificate for names and addresses, signed by `issuer` or by itself.

    Without a name of its own it is one for nobody, with a common name alone.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    start = start or dt.datetime.now(dt.UTC) - DAY
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (names or ("nobody",))[0])])
    signing = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + days * DAY)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    digest = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Made(certificate=builder.sign(signing, digest), key=key)


def authority(name: str, issuer: Made | None = None) -> Made:
    ca = x509.BasicConstraints(ca=True, path_length=None)
    return make(name, issuer=issuer, extensions=[ca])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
