"""Web servers of Debian's in front of a deployment, with what was generated for them, unchanged.

They run as on a machine of their own: Debian's configuration, and beside it what an administrator
may well have there, limits that no wiki could live with.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from deploygen import shellconf
from deploygen.outer import CERTBOT_PORT
from tests.e2e.deployments import free_port
from tests.e2e.people import Person
from tests.e2e.stack import ComposeError, Stack, eventually
from tests.rig import engine, images

LOOPBACK = "127.0.0.1"
HTTPS = 443
HTTP = 80
READY_WITHIN = 20  # seconds
IDLE = 4  # seconds that the machine's own settings allow, where they can
TIMEOUT = 30  # seconds


@dataclass(frozen=True, kw_only=True)
class Program:
    """A web server: where its generated file goes, how it is checked and started.

    ``others`` are files that the machine has besides, by their path.
    """

    outer_proxy: str
    generated: str
    target: str
    check: tuple[str, ...]
    start: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=dict)
    makes_certificates: bool = False


NGINX = Program(
    outer_proxy="nginx",
    generated="nginx.conf",
    target="/etc/nginx/conf.d/wiki.conf",
    check=("nginx", "-t"),
    start=("nginx", "-g", "daemon off;"),
    others={
        "/etc/nginx/conf.d/00-limits.conf": "client_max_body_size 1m;\n"
        f"proxy_read_timeout {IDLE}s;\nproxy_send_timeout {IDLE}s;\n"
    },
)
CADDY = Program(
    outer_proxy="caddy",
    generated="Caddyfile",
    target="/etc/caddy/wiki.caddy",
    check=("caddy", "validate", "--config", "/etc/caddy/Caddyfile"),
    start=("caddy", "run", "--config", "/etc/caddy/Caddyfile"),
    # No authority outside can be asked for certificates here.
    others={
        "/etc/caddy/Caddyfile": "{\n\tlocal_certs\n\tskip_install_trust\n}\nimport wiki.caddy\n"
    },
    makes_certificates=True,
)
APACHE = Program(
    outer_proxy="apache",
    generated="apache.conf",
    target="/etc/apache2/sites-enabled/wiki.conf",
    check=("apachectl", "configtest"),
    start=("apachectl", "-D", "FOREGROUND"),
    others={
        "/etc/apache2/conf-enabled/limits.conf": f"LimitRequestBody 1048576\nTimeout {IDLE}\n",
        "/etc/apache2/mods-enabled/remoteip.load": (
            "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\n"
        ),
    },
)
HAPROXY = Program(
    outer_proxy="haproxy",
    generated="haproxy.cfg",
    target="/etc/haproxy/conf.d/wiki.cfg",
    check=("haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg", "-f", "/etc/haproxy/conf.d"),
    # certbot, when it is wanted, is an HTTP server of its own; another one stands for it.
    start=(
        *("sh", "-c", 'nginx && exec haproxy -db "$@"', "haproxy"),
        *("-f", "/etc/haproxy/haproxy.cfg", "-f", "/etc/haproxy/conf.d"),
    ),
    others={
        "/etc/haproxy/conf.d/00-limits.cfg": "defaults\n"
        + "".join(f"    timeout {name} {IDLE}s\n" for name in ("client", "connect", "server")),
        "/etc/nginx/conf.d/certbot.conf": "server {\n"
        f"    listen {LOOPBACK}:{CERTBOT_PORT};\n    root /var/www/html;\n}}\n",
    },
)
PROGRAMS = (NGINX, CADDY, APACHE, HAPROXY)


@dataclass(frozen=True, kw_only=True)
class Front:
    """A running web server in front of ``stack``: where its ports are, whose word it gives."""

    stack: Stack
    program: Program
    container: str
    ports: Mapping[int, int]  # the port of an address -> the port of 127.0.0.1
    roots: str  # the certificate of who vouches for it, as PEM

    @cached_property
    def trusts(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.roots)

    def visitor(self) -> Visitor:
        """Return somebody who comes by this web server."""
        return Visitor(self.stack.url, front=self)

    @property
    def address_of_this_machine(self) -> str:
        """The address that a request from this machine arrives from."""
        shared = self.stack.config["NETWORK"]
        if not shared:
            return LOOPBACK
        gateway: str = json.loads(docker("network", "inspect", shared))[0]["IPAM"]["Config"][0][
            "Gateway"
        ]
        return gateway

    def check(self) -> str:
        """Run the check that the generated file names; raise ComposeError if it fails."""
        return docker("exec", self.container, *self.program.check)

    def answer(self) -> None:
        """Raise an error while it does not answer."""
        url = self.stack.url
        if url.startswith("https:"):
            self.connect().close()
        else:
            address = f"http://{LOOPBACK}:{self.ports[port_of(url)]}/"
            httpx.get(address, trust_env=False, timeout=TIMEOUT)

    def restart(self) -> None:
        docker("restart", "--time", "2", self.container)

    def is_running(self) -> bool:
        state: bool = inspected(self.container)["State"]["Running"]
        return state

    def connect(self, *protocols: str) -> ssl.SSLSocket:
        """Open a connection as to the wiki's host, that offers ``protocols`` (ALPN)."""
        return connect(self.stack.url, self.ports, self.trusts, *protocols)


class _Rerouted(httpx.BaseTransport):
    """Goes to a port of 127.0.0.1 instead of a port of any host, and expects that host's name."""

    def __init__(self, ports: Mapping[int, int], trusts: ssl.SSLContext) -> None:
        self._ports = ports
        self._inner = httpx.HTTPTransport(verify=trusts)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or {"https": HTTPS, "http": HTTP}[url.scheme]
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        request.url = url.copy_with(host=LOOPBACK, port=self._ports[port])
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@dataclass
class Visitor(Person):
    """A person who comes by the web server in front."""

    front: Front = field(kw_only=True)

    def __post_init__(self) -> None:
        transport = _Rerouted(self.front.ports, self.front.trusts)
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, trust_env=False)

    def seen(self, **headers: str) -> dict[str, Any]:
        """Return how a request with ``headers`` (_ for -) arrived at the wiki."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.request("POST", "/standin/seen", headers=sent)
        assert answer.status_code == httpx.codes.OK, answer.text[:500]
        arrived: dict[str, Any] = answer.json()
        return arrived


def port_of(url: str) -> int:
    where = urlsplit(url)
    return where.port or {"https": HTTPS, "http": HTTP}[where.scheme]


def docker(*words: str, timeout: float = 60) -> str:
    """Return what docker prints; raise ComposeError with its output when it fails."""
    done = subprocess.run(
        ["docker", *words],
        env={**os.environ, **engine.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise ComposeError(f"docker {' '.join(words)} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def inspected(container: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(docker("inspect", container))[0]
    return found


def connect(
    url: str, ports: Mapping[int, int], trusts: ssl.SSLContext, *protocols: str
) -> ssl.SSLSocket:
    """Return a TLS connection to where ``url`` is rerouted."""
    where = urlsplit(url)
    if protocols:
        trusts.set_alpn_protocols(list(protocols))
    plain = socket.create_connection((LOOPBACK, ports[port_of(url)]), timeout=TIMEOUT)
    return trusts.wrap_socket(plain, server_hostname=where.hostname)


@contextmanager
def network(name: str) -> Iterator[str]:
    """Make a shared network, which outlives the deployments on it."""
    docker("network", "create", name)
    try:
        yield name
    finally:
        docker("network", "rm", name)


@contextmanager
def lodger(stack: Stack) -> Iterator[None]:
    """Take an address on the shared network, while the deployment has left it."""
    shared, name = stack.config["NETWORK"], f"{stack.name}-lodger"
    docker("run", "--detach", "--name", name, "--network", shared, images.OUTER.name, "sleep", "60")
    try:
        yield
    finally:
        docker("rm", "--force", name)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own, and a certificate of its for ``host``."""

    folder: Path
    host: str

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def chain(self) -> Path:
        return self.folder / "fullchain.pem"

    @property
    def key(self) -> Path:
        return self.folder / "privkey.pem"

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        ca_key = self.folder / "ca.key"
        _openssl(*new, "-subj", "/CN=Test", "-days", "2", "-keyout", ca_key, "-out", self.ca)
        leaf = self.folder / "leaf.pem"
        _openssl(
            *new, "-subj", f"/CN={self.host}", "-days", "1", "-keyout", self.key, "-out", leaf,
            "-CA", self.ca, "-CAkey", ca_key, "-addext", f"subjectAltName=DNS:{self.host}",
            "-addext", "basicConstraints=critical,CA:FALSE",
        )  # fmt: skip
        self.chain.write_bytes(leaf.read_bytes() + self.ca.read_bytes())


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=30)


def generated(stack: Stack, outer_proxy: str, folder: Path) -> Path:
    """Return the outer-proxy/ that the deployment has when its config.sh names ``outer_proxy``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = (stack.folder / "config.sh").read_text()
    settings = folder / "config.sh"
    settings.touch(mode=0o600)
    settings.write_text(shellconf.assign(text, "OUTER_PROXY", outer_proxy))
    command = [sys.executable, "-m", "deploygen", "render", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(stack.generator)}
    subprocess.run(
        command, cwd=stack.generator, env=environment, check=True, capture_output=True, timeout=60
    )
    return folder / "outer-proxy"


@contextmanager
def in_front(stack: Stack, program: Program, authority: Authority, folder: Path) -> Iterator[Front]:
    """Start ``program`` in front of ``stack``, where the deployment expects it.

    That is on the shared network, if config.sh names one, else on this machine.
    """
    made = generated(stack, program.outer_proxy, folder)
    shared = stack.config["NETWORK"]
    port = port_of(stack.url)
    ports, where = {port: port}, ["--network", "host"]
    if shared:
        ports, where = {port: free_port(), HTTP: free_port()}, ["--network", shared]
        for inside, outside in ports.items():
            where += ["--publish", f"{LOOPBACK}:{outside}:{inside}"]
    name = f"{stack.name}-outer-{program.outer_proxy}"
    docker("create", "--name", name, *where, images.OUTER.name, *program.start)
    try:
        put(name, {program.target: made / program.generated})
        put(name, _files(program, authority, folder / "others", on_the_machine=not shared))
        docker("start", name)
        front = Front(
            stack=stack,
            program=program,
            container=name,
            ports=ports,
            roots=_roots(name, program, authority),
        )
        eventually(front.answer, within=READY_WITHIN)
        yield front
    except BaseException:
        sys.stderr.write(docker("logs", name))
        raise
    finally:
        docker("rm", "--force", "--volumes", name)


def _files(
    program: Program, authority: Authority, folder: Path, *, on_the_machine: bool
) -> dict[str, Path]:
    """Return what the machine has besides the generated file."""
    texts = dict(program.others)
    if on_the_machine and program is APACHE:
        texts["/etc/apache2/ports.conf"] = ""  # 80 and 443 of this machine may be another's
    if on_the_machine and program is CADDY:
        caddyfile = texts["/etc/caddy/Caddyfile"]
        texts["/etc/caddy/Caddyfile"] = caddyfile.replace(
            "{\n", "{\n\tauto_https disable_redirects\n\tadmin off\n", 1
        )
    folder.mkdir()
    found = {}
    for number, (path, text) in enumerate(texts.items()):
        found[path] = folder / str(number)
        found[path].write_text(text)
    if program is HAPROXY:
        both = folder / "both.pem"
        both.write_bytes(authority.chain.read_bytes() + authority.key.read_bytes())
        found[f"/etc/haproxy/certs/{authority.host}.pem"] = both
    elif not program.makes_certificates:
        live = f"/etc/letsencrypt/live/{authority.host}"
        found |= {f"{live}/fullchain.pem": authority.chain, f"{live}/privkey.pem": authority.key}
    return found


def put(container: str, files: Mapping[str, Path]) -> None:
    """Put files into a container, with the folders that they are in."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, source in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = source.stat().st_size, 0o644
            tar.addfile(entry, io.BytesIO(source.read_bytes()))
    subprocess.run(
        ["docker", "cp", "-", f"{container}:/"],
        env={**os.environ, **engine.environment()},
        input=archive.getvalue(),
        check=True,
        capture_output=True,
        timeout=60,
    )


def _roots(container: str, program: Program, authority: Authority) -> str:
    if not program.makes_certificates:
        return authority.ca.read_text()
    root = "/root/.local/share/caddy/pki/authorities/local/root.crt"
    made: list[str] = []
    eventually(lambda: made.append(docker("exec", container, "cat", root)), within=READY_WITHIN)
    return made[-1]
