"""What making and installing certificates reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oidc_server.tls.given import GivenCertificate, NotUsable, read_given
from oidc_server.variables import Reader

TLS_NAMES = (
    "INTERNAL_TLS_HOSTS",
    "INTERNAL_CA_DIR",
    "INTERNAL_TLS_DIR",
    "GATEWAY_TLS_DIR",
    "GATEWAY_TLS_CERTIFICATE",
    "GATEWAY_TLS_KEY",
)


@dataclass(frozen=True, kw_only=True)
class InternalTLS:
    """`hosts` are names in lower case and IP addresses without brackets."""

    hosts: tuple[str, ...]
    ca_dir: Path
    tls_dir: Path


@dataclass(frozen=True, kw_only=True)
class GatewayTLS:
    """`given` is None where somebody else puts the certificate there."""

    directory: Path
    given: GivenCertificate | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class TLSEnvironment:
    """`gateway` is None where the gateway ends no TLS for anybody outside."""

    internal: InternalTLS
    gateway: GatewayTLS | None


def read_tls(variables: Mapping[str, str]) -> TLSEnvironment:
    """Raises `EnvironmentProblems` with every problem of this part."""
    reader = Reader(variables)
    environment = TLSEnvironment(
        internal=InternalTLS(
            hosts=reader.hosts("INTERNAL_TLS_HOSTS"),
            ca_dir=Path(reader.optional("INTERNAL_CA_DIR", "/var/lib/internal-ca")),
            tls_dir=Path(reader.optional("INTERNAL_TLS_DIR", "/var/lib/internal-tls")),
        ),
        gateway=_gateway(reader),
    )
    reader.finish()
    return environment


def _gateway(reader: Reader) -> GatewayTLS | None:
    directory = reader.optional("GATEWAY_TLS_DIR")
    certificate = reader.optional("GATEWAY_TLS_CERTIFICATE")
    key = reader.optional("GATEWAY_TLS_KEY")
    given = None
    if certificate and not key:
        reader.problem("GATEWAY_TLS_KEY", "is missing; give the certificate's key beside it")
    elif key and not certificate:
        reader.problem("GATEWAY_TLS_CERTIFICATE", "is missing; give it beside its key")
    elif certificate and key:
        try:
            given = read_given(certificate, key)
        except NotUsable as error:
            for which, text in error.problems:
                reader.problem(f"GATEWAY_TLS_{which}", text)
    if (certificate or key) and not directory:
        reader.problem("GATEWAY_TLS_DIR", "is missing; name the folder to put the certificate in")
    return GatewayTLS(directory=Path(directory), given=given) if directory else None
