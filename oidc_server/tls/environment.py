"""What making and installing certificates reads from its environment."""

import ipaddress
import re
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
# RFC 1123, section 2.1, and the underscore that private networks are fond of.
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")


@dataclass(frozen=True, kw_only=True)
class InternalTLS:
    """`hosts` are names in lower case and IP addresses without brackets, each once."""

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
            hosts=_hosts(reader),
            ca_dir=Path(reader.optional("INTERNAL_CA_DIR", "/var/lib/internal-ca")),
            tls_dir=Path(reader.optional("INTERNAL_TLS_DIR", "/var/lib/internal-tls")),
        ),
        gateway=_gateway(reader),
    )
    reader.finish()
    return environment


def _hosts(reader: Reader) -> tuple[str, ...]:
    items = [item.strip() for item in reader.required("INTERNAL_TLS_HOSTS").lower().split(",")]
    hosts = [_address(item) or item for item in items if item]
    for host in hosts:
        if not (_address(host) or _HOST_NAME.fullmatch(host)):
            reader.problem(
                "INTERNAL_TLS_HOSTS",
                "is a comma separated list of host names and IP addresses, without * or port",
            )
            break
    return tuple(dict.fromkeys(hosts))


def _address(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None


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
