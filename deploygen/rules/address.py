"""The address, TLS and ports."""

from collections.abc import Iterator
from itertools import combinations

from deploygen import topology
from deploygen.kinds import EVERY_ADDRESS, LOOPBACK, Origin
from deploygen.rules.common import Conflict, Rule, own_origins, scheme_fits_tls
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
            "it is https, but TLS=off means that nobody ends TLS",
            "accepted is an http URL with TLS=off, an https one with the others",
            (
                "set TLS to acme (certificates by acme.sh), files (a certificate of yours) or "
                "proxy (a web server with a certificate in front), or use http"
            ),
        )
    if config.tls != "off" and not config.https:
        ends = {
            "acme": "the gateway gets certificates",
            "files": "the gateway has a certificate",
            "proxy": "a web server in front ends TLS",
        }
        yield (
            "URL",
            f"it is http, but TLS={config.tls} means that {ends[config.tls]}",
            f"accepted is an https URL with TLS={config.tls}",
            "write the URL with https, or set TLS=off",
        )


def _published_where_the_url_points(config: Config) -> Iterator[Conflict]:
    if config.is_behind_proxy or not scheme_fits_tls(config):
        return
    key, port = ("HTTP_PORT", config.http_port)
    if config.gateway_ends_tls:
        key, port = ("HTTPS_PORT", config.https_port)
    if port not in (None, config.url.port) and config.url.is_loopback:
        yield (
            key,
            f"the gateway would be at port {port}, but the URL's is {config.url.port}",
            f"accepted is empty, or {config.url.port}",
            f"leave {key} empty, or change the port in URL",
        )
    if not config.url.is_ip_address and not config.url.is_loopback:
        return  # where a name leads is not for us to know
    address = config.url.host if config.url.is_ip_address else LOOPBACK
    everything = "::" if ":" in address else EVERY_ADDRESS
    if config.http_ip not in (None, everything, address):
        yield (
            "HTTP_IP",
            f"the URL is at {config.url.host}, which a gateway on {config.http_ip} does not answer",
            f"accepted is empty, {everything} or {address}",
            "leave HTTP_IP empty",
        )


def _ports_apart(config: Config) -> Iterator[Conflict]:
    ports = [item.port for item in topology.of(config).published]
    if len(set(ports)) == len(ports):
        return
    chosen = {"HTTP_PORT": config.http_port, "HTTPS_PORT": config.https_port}
    key = next((key for key, port in chosen.items() if port is not None), None)
    yield (
        key or "URL",
        f"http and https would both be published on port {ports[0]}",
        "accepted are two different ports",
        f"leave {key} empty, or choose another port" if key else "choose another port",
    )


def _https_port_of_whom(config: Config) -> Iterator[Conflict]:
    undecided = config.tls == "off" and config.https  # which is told of URL
    if config.https_port is not None and config.tls not in {"acme", "files"} and not undecided:
        yield (
            "HTTPS_PORT",
            f"with TLS={config.tls} the gateway speaks no https",
            "accepted is a value with TLS=acme or files, else empty",
            "leave it empty; the gateway's port is HTTP_PORT",
        )


def _own_hosts(config: Config) -> Iterator[Conflict]:
    for key, origin in own_origins(config):
        if (origin.scheme, origin.port) != (config.url.scheme, config.url.port):
            yield (
                key,
                f"the gateway answers at {config.url}, and {origin} has another scheme or port",
                "accepted is another host with the scheme and port of URL",
                f"write it as {Origin(config.url.scheme, origin.host, config.url.port)}",
            )
        elif origin.is_loopback and not config.url.is_loopback:
            yield (
                key,
                f"{origin.host} is each browser's own machine, while URL is at {config.url.host}",
                "accepted is a host that leads to this machine, as that of URL does",
                f"leave {key} empty, or give it such a host",
            )
    hosts = [("URL", config.url.host), *((key, item.host) for key, item in own_origins(config))]
    for (first, host), (second, other) in combinations(hosts, 2):
        if host == other:
            yield (
                second,
                f"its host is that of {first}",
                "accepted is a host of its own, or empty",
                f"leave {second} empty, or give it a host of its own",
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
            f"its host is {host}, which a service of the stack is called inside",
            "accepted is any other host name, or FILE_STORAGE=local",
            f"call the machine something else, say {host}.example.com, or set FILE_STORAGE=local",
        )


RULES: tuple[Rule, ...] = (
    _scheme_and_tls,
    _published_where_the_url_points,
    _ports_apart,
    _https_port_of_whom,
    _own_hosts,
    _host_not_a_service,
)
