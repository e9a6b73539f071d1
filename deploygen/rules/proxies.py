"""What stands in front, and whom the gateway believes."""

from collections.abc import Iterator

from deploygen import topology
from deploygen.language import _
from deploygen.rules.common import (
    Conflict,
    Rule,
    Warned,
    Warner,
    only_from_this_machine,
    scheme_fits_tls,
)
from deploygen.settings import Config


def _outer_proxy_in_front_of_what(config: Config) -> Iterator[Conflict]:
    if config.outer_proxy is not None and config.tls in {"acme", "files"}:
        yield (
            "OUTER_PROXY",
            _(
                "with TLS={tls} the gateway itself ends TLS, and nothing is in front",
                tls=config.tls,
            ),
            _("accepted is a value with TLS=proxy or off, else empty"),
            _("set TLS=proxy, or leave OUTER_PROXY empty"),
        )
    elif _lacks_network(config):
        yield (
            "NETWORK",
            _(
                "{proxy} finds the gateway on a Docker network, and none is named",
                proxy=config.outer_proxy,
            ),
            _("accepted is the network that {proxy} is on", proxy=config.outer_proxy),
            _("set NETWORK to it (`docker network ls` lists them)"),
        )


def _lacks_network(config: Config) -> bool:
    return config.outer_proxy in {"traefik", "nginx-proxy"} and config.network is None


def _port_left_to_what_is_in_front(config: Config) -> Iterator[Conflict]:
    # What is published for others than this machine may be for a web server on another.
    if not _is_behind_a_web_server(config) or not only_from_this_machine(config):
        return
    port = config.url.port
    if scheme_fits_tls(config) and port in (item.port for item in topology.of(config).published):
        yield (
            "HTTP_PORT",
            _("{proxy} in front needs port {port} itself", proxy=config.outer_proxy, port=port)
            if config.outer_proxy
            else _("the web server in front needs port {port} itself", port=port),
            _("accepted is any port but {port}, which is the URL's", port=port),
            _("set HTTP_PORT to another port"),
        )


def _is_behind_a_web_server(config: Config) -> bool:
    return config.tls == "proxy" or (config.tls == "off" and config.outer_proxy is not None)


def _network_is_made_outside(config: Config) -> Iterator[Conflict]:
    own = [f"{config.compose_project_name}_{network}" for network in ("backend", "frontend")]
    if config.network in own:
        yield (
            "NETWORK",
            _("{network} is a network of the deployment's own", network=config.network),
            _("accepted is a network that was made outside, by `docker network create NAME`"),
            _("leave it empty, or name the network that the web server in front is on"),
        )


def _trusted_can_be_told_apart(config: Config) -> Iterator[Conflict]:
    trusted = topology.trusted(config)
    if trusted.network and config.network is None and not _lacks_network(config):
        yield (
            "TRUSTED_PROXIES",
            _("it says network, but NETWORK names none"),
            _("accepted is network with NETWORK alone"),
            _("set NETWORK, or name the proxies by their addresses"),
        )
    if not trusted.host or not scheme_fits_tls(config):
        return
    if config.network is not None and not topology.of(config).published:
        return
    if not only_from_this_machine(config):
        # Docker's own proxy passes on what it can't forward, under the same address.
        yield (
            "TRUSTED_PROXIES",
            _("it says host, but others reach the gateway too, who may look like this machine"),
            _("accepted is host with HTTP_IP=127.0.0.1 alone"),
            _("set HTTP_IP=127.0.0.1, or name the proxies by their addresses"),
        )


# --- What works, but not well


def _somebody_is_believed(config: Config) -> Iterator[Warned]:
    # With `none` it is meant.
    believed = config.trusted_proxies or topology.trusted(config).anybody
    if _is_behind_a_web_server(config) and not believed:
        yield (
            "TRUSTED_PROXIES",
            _(
                "others than this machine reach the gateway, so nobody is believed, and every "
                "client has the address of the web server in front: name that address here"
            ),
        )


RULES: tuple[Rule, ...] = (
    _outer_proxy_in_front_of_what,
    _port_left_to_what_is_in_front,
    _network_is_made_outside,
    _trusted_can_be_told_apart,
)
WARNINGS: tuple[Warner, ...] = (_somebody_is_believed,)
