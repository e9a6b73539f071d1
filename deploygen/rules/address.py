"""The address, TLS and ports."""

from collections.abc import Iterator
from itertools import combinations

from deploygen import topology
from deploygen.addresses import EVERY_ADDRESS, LOOPBACK, Origin
from deploygen.language import _
from deploygen.rules.common import (
    Conflict,
    Rule,
    Warned,
    Warner,
    only_from_this_machine,
    own_origins,
    scheme_fits_tls,
)
from deploygen.settings import Config

_NAMED_PARTS = ("gateway", "outline", "oidc", "minio")
_SERVICES = (
    "acme", "acme-init", "minio", "minio-init", "oidc", "oidc-init", "outline", "postgres",
    "postgres-init", "redis", "tls-init",
)  # fmt: skip


def _scheme_and_tls(config: Config) -> Iterator[Conflict]:
    if config.tls == "off" and config.https:
        yield (
            "URL",
            _("it is https, but TLS=off means that nobody ends TLS"),
            _("accepted is an http URL with TLS=off, an https one with the others"),
            _(
                "set TLS to acme (certificates by acme.sh), files (a certificate of yours) or "
                "proxy (a web server with a certificate in front), or use http"
            ),
        )
    if config.tls != "off" and not config.https:
        wrong = {
            "acme": _("it is http, but TLS=acme means that the gateway gets certificates"),
            "files": _("it is http, but TLS=files means that the gateway has a certificate"),
            "proxy": _("it is http, but TLS=proxy means that a web server in front ends TLS"),
        }
        yield (
            "URL",
            wrong[config.tls],
            _("accepted is an https URL with TLS={tls}", tls=config.tls),
            _("write the URL with https, or set TLS=off"),
        )


def _published_where_the_url_points(config: Config) -> Iterator[Conflict]:
    if config.is_behind_proxy or not scheme_fits_tls(config):
        return
    key, port = _port_of_the_url(config)
    if port not in (None, config.url.port) and config.url.is_loopback:
        yield (
            key,
            _(
                "the gateway would be at port {port}, but the URL's is {wanted}",
                port=port,
                wanted=config.url.port,
            ),
            _("accepted is empty, or {value}", value=config.url.port),
            _("leave {key} empty, or change the port in URL", key=key),
        )
    if not config.url.is_ip_address and not config.url.is_loopback:
        return  # where a name leads is not for us to know
    address = config.url.host if config.url.is_ip_address else LOOPBACK
    everything = "::" if ":" in address else EVERY_ADDRESS
    if config.http_ip not in (None, everything, address):
        yield (
            "HTTP_IP",
            _(
                "the URL is at {host}, which a gateway on {ip} does not answer",
                host=config.url.host,
                ip=config.http_ip,
            ),
            _("accepted is empty, {one} or {other}", one=everything, other=address),
            _("leave {key} empty", key="HTTP_IP"),
        )


def _port_of_the_url(config: Config) -> tuple[str, int | None]:
    """Return the port that what the URL leads to is published on: its key, and what that says."""
    if config.gateway_ends_tls:
        return "HTTPS_PORT", config.https_port
    return "HTTP_PORT", config.http_port


def _ports_apart(config: Config) -> Iterator[Conflict]:
    ports = [item.port for item in topology.of(config).published]
    if len(set(ports)) == len(ports):
        return
    chosen = {"HTTP_PORT": config.http_port, "HTTPS_PORT": config.https_port}
    key = next((key for key, port in chosen.items() if port is not None), None)
    yield (
        key or "URL",
        _("http and https would both be published on port {port}", port=ports[0]),
        _("accepted are two different ports"),
        _("leave {key} empty, or choose another port", key=key)
        if key
        else _("choose another port"),
    )


def _https_port_of_whom(config: Config) -> Iterator[Conflict]:
    undecided = config.tls == "off" and config.https  # which is told of URL
    if config.https_port is not None and config.tls not in {"acme", "files"} and not undecided:
        yield (
            "HTTPS_PORT",
            _("with TLS={tls} the gateway speaks no https", tls=config.tls),
            _("accepted is a value with TLS=acme or files, else empty"),
            _("leave it empty; the gateway's port is HTTP_PORT"),
        )


def _own_hosts(config: Config) -> Iterator[Conflict]:
    for key, origin in own_origins(config):
        if origin.host == config.url.host:
            continue  # which is told below
        if (origin.scheme, origin.port) != (config.url.scheme, config.url.port):
            yield (
                key,
                _(
                    "the gateway answers at {url}, and {other} has another scheme or port",
                    url=config.url,
                    other=origin,
                ),
                _("accepted is another host with the scheme and port of URL"),
                _(
                    "write it as {url}",
                    url=Origin(config.url.scheme, origin.host, config.url.port),
                ),
            )
        elif origin.is_loopback and not config.url.is_loopback:
            yield (
                key,
                _(
                    "{host} is each browser's own machine, while URL is at {wiki}",
                    host=origin.host,
                    wiki=config.url.host,
                ),
                _("accepted is a host that leads to this machine, as that of URL does"),
                _("leave {key} empty, or give it such a host", key=key),
            )
    hosts = [("URL", config.url.host), *((key, item.host) for key, item in own_origins(config))]
    for (first, host), (second, other) in combinations(hosts, 2):
        if host == other:
            yield (
                second,
                _("its host is that of {key}", key=first),
                _("accepted is a host of its own, or empty"),
                _("leave {key} empty, or give it a host of its own", key=second),
            )


def _host_not_a_service(config: Config) -> Iterator[Conflict]:
    # The host becomes a name of the gateway on the private network, where these are taken.
    if config.file_storage != "minio":
        return
    name = config.compose_project_name
    taken = {*_SERVICES, *(f"{name}-{part}" for part in _NAMED_PARTS)}
    key = "AWS_S3_UPLOAD_BUCKET_URL" if config.aws_s3_upload_bucket_url else "URL"
    host = topology.bucket_origin(config).host
    if host in taken:
        yield (
            key,
            _("its host is {host}, which a service of the stack is called inside", host=host),
            _("accepted is any other host name, or FILE_STORAGE=local"),
            _(
                "call the machine something else, say {host}.example.com, or set "
                "FILE_STORAGE=local",
                host=host,
            ),
        )


# --- What works, but may not be meant


def _somebody_passes_the_port_on(config: Config) -> Iterator[Warned]:
    if config.is_behind_proxy or not scheme_fits_tls(config) or only_from_this_machine(config):
        return
    key, port = _port_of_the_url(config)
    if port not in (None, config.url.port):
        yield (
            key,
            _(
                "the gateway is at port {port}, while the URL leads to {wanted}: have something "
                "pass that on, or leave {key} empty",
                port=port,
                wanted=config.url.port,
                key=key,
            ),
        )


def _something_is_published(config: Config) -> Iterator[Warned]:
    if config.tls == "proxy" or config.outer_proxy or not config.url.is_loopback:
        return
    if scheme_fits_tls(config) and not topology.of(config).published:
        yield (
            "NETWORK",
            _(
                "with it no port is published, so nothing answers at {url} unless a web server on "
                "this machine passes it on: name that in OUTER_PROXY, or set HTTP_PORT",
                url=config.url,
            ),
        )


RULES: tuple[Rule, ...] = (
    _scheme_and_tls,
    _published_where_the_url_points,
    _ports_apart,
    _https_port_of_whom,
    _own_hosts,
    _host_not_a_service,
)
WARNINGS: tuple[Warner, ...] = (_somebody_passes_the_port_on, _something_is_published)
