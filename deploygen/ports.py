"""What speaks against the ports of a new deployment: something else on this machine has them."""

from dataclasses import replace
from pathlib import Path
from shlex import quote

from deploygen import config as configs
from deploygen.addresses import BLOCKED_PORTS, EVERY_ADDRESS, MAX_PORT, Origin
from deploygen.commands import entering
from deploygen.errors import Notice
from deploygen.language import _
from deploygen.listening import is_taken
from deploygen.settings import Config
from deploygen.topology import Published, Topology

_FIRST = 8888  # of those that are proposed in place of another
_NEIGHBOURS = 20


def warnings(config: Config, topology: Topology, folder: Path, text: str) -> list[Notice]:
    """Return which of the ports that the gateway is to be published on are in use.

    ``text`` is the config.sh of its ``folder``. Where it runs already, it is itself what has them.
    """
    taken = [
        (published, _key(config, topology, published))
        for published in topology.published
        if _in_use(published)
    ]
    return [
        configs.warning(text, key, _sentence(config, published, key, folder))
        for published, key in taken
    ]


def _key(config: Config, topology: Topology, published: Published) -> str:
    """Return the key of config.sh that decides a published port."""
    if config.gateway_ends_tls:
        if published.container_port in {item.port for item in topology.redirecting}:
            return "HTTP_PORT"
        return "HTTPS_PORT" if config.https_port else "URL"
    return "HTTP_PORT" if config.http_port or config.is_behind_proxy else "URL"


def _sentence(config: Config, published: Published, key: str, folder: Path) -> str:
    if config.gateway_ends_tls:
        return _(
            "a program or another deployment has port {port} of this machine: stop that before the"
            " wiki starts, or have it pass the wiki's requests on (TLS=proxy)",
            port=published.port,
        )
    port = _free_port(published)
    if port is None:
        return _(
            "a program or another deployment has port {port} of this machine: stop that before the"
            " wiki starts",
            port=published.port,
        )
    value = port if key == "HTTP_PORT" else Origin(config.url.scheme, config.url.host, port)
    return _(
        "a program or another deployment has port {port} of this machine: stop that before the wiki"
        " starts, or take another port: `{command}`",
        port=published.port,
        command=f"{entering(folder)}deploygen init --set {quote(f'{key}={value}')}",
    )


def _free_port(published: Published) -> int | None:
    """Return one soon after the published one, that browsers open; None where none is free."""
    first = max(published.port + 1, _FIRST)
    for port in range(first, min(first + _NEIGHBOURS, MAX_PORT + 1)):
        if port not in BLOCKED_PORTS and not _in_use(replace(published, port=port)):
            return port
    return None


def _in_use(published: Published) -> bool:
    hosts = (EVERY_ADDRESS, "::") if published.ip is None else (published.ip,)
    return any(is_taken(host, published.port) for host in hosts)
