"""A certificate for the public names *inside* the stack, whatever stands in front of it outside.

The wiki reaches its own public address through the gateway's inner listener and trusts the CA made
here. The CA's key is dropped after it signed the one certificate, so nothing else can be signed.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from oidc_server.tls.environment import InternalTLS
from oidc_server.tls.files import write

_DAY = dt.timedelta(days=1)
# "No well-defined expiration date" (RFC 5280, section 4.1.2.5). A running wiki goes on trusting the
# CA that it found at its start (Node.js, NODE_EXTRA_CA_CERTS), so that each renewal would part it
# from its uploads.
_NEVER = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


def ensure_internal_tls(wanted: InternalTLS) -> str:
    """Make CA and certificate unless good ones are there. Returns what was done, for the log."""
    if _is_good(wanted):
        return "kept"
    ca_pem, cert_pem, key_pem = _make(wanted.hosts, dt.datetime.now(dt.UTC))
    write(wanted.tls_dir / "key.pem", key_pem, 0o640)
    write(wanted.tls_dir / "cert.pem", cert_pem, 0o644)
    write(wanted.ca_dir / "ca.pem", ca_pem, 0o644)
    return f"made for {', '.join(wanted.hosts)}"


def _is_good(wanted: InternalTLS) -> bool:
    try:
        ca = x509.load_pem_x509_certificate((wanted.ca_dir / "ca.pem").read_bytes())
        cert = x509.load_pem_x509_certificate((wanted.tls_dir / "cert.pem").read_bytes())
        key = serialization.load_pem_private_key((wanted.tls_dir / "key.pem").read_bytes(), None)
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        cert.verify_directly_issued_by(ca)
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    hosts = [_general_name(host) for host in wanted.hosts]
    return list(names) == hosts and key.public_key() == cert.public_key()


def _make(hosts: Sequence[str], now: dt.datetime) -> tuple[bytes, bytes, bytes]:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    # The date tells a CA from the one before.
    ca_name = _common_name(f"deploygen internal CA {now:%Y-%m-%d}")
    ca = (
        _builder(ca_name, ca_name, ca_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    cert = (
        _builder(_common_name("deploygen internal gateway"), ca_name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key_pem = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return ca.public_bytes(pem), cert.public_bytes(pem), key_pem


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)  # a container's clock may be behind
        .not_valid_after(_NEVER)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
