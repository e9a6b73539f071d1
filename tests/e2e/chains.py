"""The rows of the deployments table, each with what stands in front of it, as it may be out there.

The web server on the machine is nginx with what was generated for it. What comes before, a second
proxy or a CDN, is an nginx of the test's own that does as those do: it adds the client to
X-Forwarded-For and says the scheme, and passes on what else a client says of itself.
"""

from __future__ import annotations

import dataclasses
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.deploygen import matrix
from tests.deploygen.matrix import Row
from tests.e2e import acme, outer
from tests.e2e.deployments import CHECKOUT, deployment, free_port
from tests.e2e.object_storage import Bucket
from tests.e2e.outer import NGINX, Authority, Front
from tests.e2e.stack import Stack, eventually, host_address
from tests.e2e.ways import Way
from tests.rig import images

HOST = "wiki.test"
LOOPBACK = "127.0.0.1"
CLIENT = "127.0.0.77"  # of somebody who comes by loopback, where all of 127.0.0.0/8 is
CA_IN_OUTLINE = "/ca"
CERTIFIED_WITHIN = 60  # seconds

_PASSED_ON = """
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_passed_on;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_request_buffering off;
        client_max_body_size 0;
"""
_CORRECT = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;"
# What the second of two proxies does when the first has ended TLS; all of it is seen out there.
SECOND_PROXIES = {
    "says http": _CORRECT,
    "says nothing": 'proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto "";',
    "changes Host": "proxy_set_header X-Forwarded-Host $http_host;",
}
_MAP = 'map $http_upgrade $connection_passed_on { default upgrade; "" ""; }\n'


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What the rows share: certificates, an S3 service at http and https, an ACME authority."""

    authority: Authority
    bucket: Bucket
    secure_endpoint: str
    acme: acme.Authority
    client: str  # an address of this machine that the engine's rules leave as it is


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A row's deployment and the way to it. ``others`` are ways that are worth a look, by name.

    ``plain`` is the address that an http visitor types.
    """

    row: Row
    stack: Stack
    way: Way
    plain: str
    others: Mapping[str, Way] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.stack.url


@contextmanager
def chain(row: Row, shared: Shared, folder: Path) -> Iterator[Chain]:
    """Bring a row up."""
    with ExitStack() as lifetime:
        make = {
            matrix.DIRECT: _direct,
            matrix.BEHIND_CDN: _behind_cdn,
            matrix.ON_HOST: _on_host,
            matrix.ON_NETWORK: _on_network,
            matrix.TWO: _two,
        }
        yield make[row.front](row, shared, folder, lifetime)


def _direct(row: Row, shared: Shared, folder: Path, lifetime: ExitStack) -> Chain:
    port = free_port()
    plain = shared.acme.http_port if row.tls == "acme" else free_port()
    own = {} if row.tls == "off" else {"HTTP_PORT": str(plain)}
    stack = _up(row, shared, folder, lifetime, port, own)
    # Straight to the gateway's own address: the engine may give every client of a published port
    # one and the same.
    inside = _inside(stack)
    ports = {outside: inside[outside] for outside in {port} & set(inside)}
    if plain in inside:
        ports[80] = inside[plain]
    way = _way(shared.client, _gateway(stack), ports, _public(row, shared))
    return Chain(row=row, stack=stack, way=way, plain=f"http://{HOST}")


def _behind_cdn(row: Row, shared: Shared, folder: Path, lifetime: ExitStack) -> Chain:
    port, behind, plain = free_port(), free_port(), free_port()
    public_plain = shared.acme.http_port if row.tls == "acme" else free_port()
    roots = folder / "roots.pem"
    roots.write_text(shared.acme.root() if row.tls == "acme" else shared.authority.ca.read_text())
    on_host = ("--network", "host")
    # This one leads the authority to the gateway, from its first start on.
    text = _MAP + _server(f"{public_plain}", f"http://{LOOPBACK}:{plain}", _CORRECT)
    _nginx(lifetime, f"e2e-cdn-{public_plain}", on_host, text, shared.authority, roots)
    own = {"TRUSTED_PROXIES": shared.client, "HTTPS_PORT": str(behind), "HTTP_PORT": str(plain)}
    stack = _up(row, shared, folder, lifetime, port, own)
    origin = f"https://{_gateway(stack)}:{_inside(stack)[behind]}"
    how = f"{_CORRECT} proxy_bind {shared.client};"
    text = _MAP + _server(f"{port} ssl", origin, how)
    _nginx(lifetime, f"e2e-cdn-{port}", on_host, text, shared.authority, roots)
    way = _way(CLIENT, LOOPBACK, {port: port, 80: public_plain}, _trusting(shared))
    eventually(lambda: way.connect(stack.url).close(), within=outer.READY_WITHIN)
    past = _way(CLIENT, LOOPBACK, {port: behind}, _public(row, shared))
    return Chain(
        row=row, stack=stack, way=way, plain=f"http://{HOST}", others={"past the CDN": past}
    )


def _on_host(row: Row, shared: Shared, folder: Path, lifetime: ExitStack) -> Chain:
    port = free_port()
    stack = _up(row, shared, folder, lifetime, port, {"HTTP_PORT": str(free_port())})
    lifetime.enter_context(outer.in_front(stack, NGINX, shared.authority, folder / "outer"))
    way = _way(CLIENT, LOOPBACK, {port: port}, _trusting(shared))
    return Chain(row=row, stack=stack, way=way, plain=f"http://{HOST}:{port}")


def _on_network(row: Row, shared: Shared, folder: Path, lifetime: ExitStack) -> Chain:
    name = lifetime.enter_context(outer.network(f"e2e-table-{free_port()}"))
    stack = _up(row, shared, folder, lifetime, None, {"NETWORK": name})
    front = lifetime.enter_context(outer.in_front(stack, NGINX, shared.authority, folder / "outer"))
    address = address_of(front.container, name)
    way = _way(shared.client, address, {443: 443, 80: 80}, _trusting(shared))
    return Chain(row=row, stack=stack, way=way, plain=f"http://{HOST}")


def _two(row: Row, shared: Shared, folder: Path, lifetime: ExitStack) -> Chain:
    """The first proxy is in a container: another machine, to the one on this machine."""
    port, entrance = free_port(), free_port()
    second = {name: free_port() for name in SECOND_PROXIES}
    listens = {name: number for number, name in enumerate(SECOND_PROXIES, start=9001)}
    scheme, tls = ("http", "") if row.tls == "off" else ("https", " ssl")
    text = _MAP + _server(f"{port}{tls}", f"{scheme}://{host_address()}:{port}", _CORRECT)
    for name, listener in listens.items():
        text += _server(f"{listener}{tls}", f"http://{host_address()}:{second[name]}", _CORRECT)
    # This one serves http as it is, and leaves the rest to those behind it.
    text += _server("80", f"http://{host_address()}:{second['says http']}", _CORRECT)
    edge = f"e2e-edge-{port}"
    _nginx(lifetime, edge, (), text, shared.authority, shared.authority.ca)
    address = address_of(edge, "bridge")
    own = {"HTTP_PORT": str(entrance), "TRUSTED_PROXIES": f"host,{address}"}
    stack = _up(row, shared, folder, lifetime, port, own)
    servers = [
        _server(str(second[name]), f"http://{LOOPBACK}:{entrance}", how)
        for name, how in SECOND_PROXIES.items()
    ]
    program = dataclasses.replace(
        NGINX, others={**NGINX.others, "/etc/nginx/conf.d/second.conf": _MAP + "".join(servers)}
    )
    lifetime.enter_context(outer.in_front(stack, program, shared.authority, folder / "outer"))
    trusts = _trusting(shared)
    return Chain(
        row=row,
        stack=stack,
        way=_way(host_address(), address, {port: port, 80: 80}, trusts),
        plain=f"http://{HOST}",
        others={
            f"the second proxy {name}": _way(host_address(), address, {port: listener}, trusts)
            for name, listener in listens.items()
        },
    )


@contextmanager
def further_out(front: Front, address: str, authority: Authority, folder: Path) -> Iterator[Way]:
    """Put a proxy before a web server on this machine, and return the way through it.

    It comes from ``address``, adds its client to X-Forwarded-For and passes on whatever else that
    says of itself.
    """
    port, listener = outer.port_of(front.stack.url), free_port()
    roots = folder / "roots.pem"
    roots.write_text(front.roots)
    how = f"proxy_set_header Host $http_host; proxy_bind {address};"
    text = _MAP + _server(f"{LOOPBACK}:{listener} ssl", f"https://{host_address()}:{port}", how)
    with ExitStack() as lifetime:
        name = f"e2e-further-out-{listener}"
        _nginx(lifetime, name, ("--network", "host"), text, authority, roots)
        trusts = ssl.create_default_context(cafile=authority.ca)
        way = _way(CLIENT, LOOPBACK, {port: listener}, trusts)
        eventually(lambda: way.connect(front.stack.url).close(), within=outer.READY_WITHIN)
        yield way


def _up(
    row: Row,
    shared: Shared,
    folder: Path,
    lifetime: ExitStack,
    port: int | None,
    own: Mapping[str, str],
) -> Stack:
    """Bring the row's deployment up, with what this machine has in the place of examples."""
    scheme = "http" if row.tls == "off" else "https"
    settings = {
        **row.settings,
        "COMPOSE_PROJECT_NAME": f"e2e-row-{port or free_port()}",
        "URL": f"{scheme}://{HOST}:{port}" if port else f"{scheme}://{HOST}",
        **own,
    }
    if row.tls == "files":
        settings |= {
            "TLS_CERT_FILE": str(shared.authority.chain),
            "TLS_KEY_FILE": str(shared.authority.key),
        }
    if row.tls == "acme":
        bundle = folder / "authority.pem"
        bundle.write_text(shared.acme.bundle)
        settings |= {"ACME_SERVER": shared.acme.directory, "ACME_CA_BUNDLE": str(bundle)}
    place = folder / "wiki"
    if row.storage == "s3":
        settings |= shared.bucket.settings
    if row.storage == "s3" and scheme == "https":
        settings["AWS_S3_UPLOAD_BUCKET_URL"] = shared.secure_endpoint
        _trust_in_outline(place, shared.authority)
    stack = lifetime.enter_context(
        contextmanager(deployment)(place, generator=CHECKOUT, **settings)
    )
    if row.tls == "acme":
        ports = {outer.port_of(stack.url): int(stack.config["HTTPS_PORT"] or port or 0)}
        way = _way(LOOPBACK, LOOPBACK, ports, _public(row, shared))
        eventually(lambda: way.connect(stack.url).close(), within=CERTIFIED_WITHIN)
    return stack


def _gateway(stack: Stack) -> str:
    """Return the gateway's address on the network that it is published from."""
    container = stack.containers()[f"{stack.name}-gateway"]
    address: str = container["NetworkSettings"]["Networks"][f"{stack.name}_frontend"]["IPAddress"]
    return address


def _inside(stack: Stack) -> dict[int, int]:
    """Return the gateway's own port behind each port of the host."""
    container = stack.containers()[f"{stack.name}-gateway"]
    return {
        int(place["HostPort"]): int(port.partition("/")[0])
        for port, places in container["NetworkSettings"]["Ports"].items()
        for place in places or ()
    }


def _trust_in_outline(place: Path, authority: Authority) -> None:
    """Have Outline trust an S3 service whose certificate no public authority gave."""
    ours = {
        "volumes": [f"{authority.folder / 'trusted'}:{CA_IN_OUTLINE}:ro"],
        "environment": {"NODE_EXTRA_CA_CERTS": f"{CA_IN_OUTLINE}/ca.pem"},
    }
    place.mkdir(parents=True)
    text = yaml.safe_dump({"services": {"outline": ours}})
    (place / "docker-compose.override.yml").write_text(text)


def _server(listen: str, target: str, how: str) -> str:
    tls = """
    ssl_certificate /test/fullchain.pem;
    ssl_certificate_key /test/privkey.pem;"""
    checked = f"""
        proxy_ssl_verify on;
        proxy_ssl_trusted_certificate /test/roots.pem;
        proxy_ssl_server_name on;
        proxy_ssl_name {HOST};"""
    return f"""
server {{
    listen {listen};{tls if "ssl" in listen else ""}
    location / {{
        proxy_pass {target};{checked if target.startswith("https") else ""}
        {how}{_PASSED_ON}    }}
}}
"""


def _nginx(
    lifetime: ExitStack,
    name: str,
    where: tuple[str, ...],
    text: str,
    authority: Authority,
    roots: Path,
) -> None:
    """Start an nginx with this configuration."""
    configuration = roots.with_name(f"{name}.conf")
    configuration.write_text(text)
    outer.docker("create", "--name", name, *where, images.OUTER.name, "nginx", "-g", "daemon off;")
    lifetime.callback(outer.docker, "rm", "--force", "--volumes", name)
    outer.put(
        name,
        {
            "/etc/nginx/conf.d/test.conf": configuration,
            "/test/fullchain.pem": authority.chain,
            "/test/privkey.pem": authority.key,
            "/test/roots.pem": roots,
        },
    )
    outer.docker("start", name)


@contextmanager
def own_address() -> Iterator[str]:
    """Make an address of this machine that arrives in containers as it is.

    The engine's own addresses do not: what comes from its networks leaves under another one.
    """
    name = f"e2e-client-{free_port()}"
    option = "com.docker.network.bridge.enable_ip_masquerade=false"
    outer.docker("network", "create", "--opt", option, name)
    try:
        made = json.loads(outer.docker("network", "inspect", name))[0]
        address: str = made["IPAM"]["Config"][0]["Gateway"]
        yield address
    finally:
        outer.docker("network", "rm", name)


@contextmanager
def https_before(bucket: Bucket, authority: Authority) -> Iterator[str]:
    """Give the S3 service an https endpoint as well, and return it."""
    port = free_port()
    with ExitStack() as lifetime:
        listen = f"{host_address()}:{port} ssl"
        text = _MAP + _server(listen, bucket.endpoint, _CORRECT)
        _nginx(lifetime, f"e2e-s3-{port}", ("--network", "host"), text, authority, authority.ca)
        yield f"https://{host_address()}:{port}"


def address_of(container: str, network: str) -> str:
    found = outer.inspected(container)["NetworkSettings"]["Networks"][network]
    address: str = found["IPAddress"]
    return address


def _way(client: str, address: str, ports: Mapping[int, int], trusts: ssl.SSLContext) -> Way:
    return Way(client=client, address=address, hosts=frozenset({HOST}), ports=ports, trusts=trusts)


def _trusting(shared: Shared) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=shared.authority.ca)


def _public(row: Row, shared: Shared) -> ssl.SSLContext:
    """Return what trusts the gateway's own certificate, and the S3 service's."""
    trusts = _trusting(shared)
    if row.tls == "acme":
        trusts.load_verify_locations(cadata=shared.acme.root())
    return trusts
