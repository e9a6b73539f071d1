"""A certificate authority and a name server for tests, and a wiki that gets its certificate there.

All of them listen on the engine's bridge address: there containers reach each other by way of the
host, as a real authority reaches a real wiki.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography import x509

from tests.certificates import make
from tests.e2e.deployments import free_port
from tests.e2e.stack import ComposeError, Stack, eventually, host_address
from tests.rig import engine, images

HOST = "wiki.test"
NOWHERE = "127.0.0.1"  # to the authority, its own container, where nothing answers
API_KEY = "api-key-of-the-name-server"
READY_WITHIN = 20  # seconds
TIMEOUT = 20
VALIDITY = 90 * 24 * 3600


@dataclass(frozen=True)
class NameServer:
    """PowerDNS: serves HOST's zone, and has the API that acme.sh's dns_pdns speaks."""

    container: str
    address: str
    port: int
    api_port: int

    @property
    def api(self) -> str:
        return f"http://{self.address}:{self.api_port}"

    def point(self, name: str, address: str) -> None:
        """Let ``name`` in the zone (@ for the zone itself) lead to ``address``."""
        tool = ("pdnsutil", "--config-dir=/tmp", "replace-rrset")
        docker("exec", self.container, *tool, HOST, name, "A", "1", address)

    def records(self, kind: str) -> list[str]:
        """Return the names in the zone that have a record of this kind."""
        answer = httpx.get(
            f"{self.api}/api/v1/servers/localhost/zones/{HOST}.",
            headers={"X-API-Key": API_KEY},
            trust_env=False,
        )
        return [item["name"] for item in answer.json()["rrsets"] if item["type"] == kind]


@dataclass(frozen=True)
class Authority:
    """Pebble, Let's Encrypt's server for tests."""

    container: str
    address: str
    port: int
    management_port: int
    http_port: int  # where it fetches challenges

    @property
    def directory(self) -> str:
        return f"https://{self.address}:{self.port}/dir"

    @property
    def bundle(self) -> str:
        """The certificate of the CA that its own https is checked with."""
        return docker("exec", self.container, "cat", "/var/lib/pebble/ca.pem")

    def root(self) -> str:
        """Return the root of the certificates that it issues, another one after each start."""
        trusts = ssl.create_default_context(cadata=self.bundle)
        url = f"https://{self.address}:{self.management_port}/roots/0"
        return httpx.get(url, verify=trusts, trust_env=False).raise_for_status().text

    def start(self) -> None:
        docker("start", self.container)
        eventually(self.root, within=READY_WITHIN)

    def stop(self) -> None:
        docker("stop", "--time", "1", self.container)


@contextmanager
def name_server() -> Iterator[NameServer]:
    address, port, api_port = host_address(), free_port(), free_port()
    name = f"e2e-acme-dns-{port}"
    docker(
        "run", "--detach", "--name", name,
        "--env", f"DNS_ZONE={HOST}", "--env", f"DNS_ADDRESS={NOWHERE}",
        "--env", f"DNS_API_KEY={API_KEY}",
        "--publish", f"{address}:{port}:53/udp", "--publish", f"{address}:{port}:53/tcp",
        "--publish", f"{address}:{api_port}:8081",
        images.POWERDNS.name,
    )  # fmt: skip
    try:
        server = NameServer(container=name, address=address, port=port, api_port=api_port)
        eventually(lambda: server.records("SOA"), within=READY_WITHIN)
        yield server
    finally:
        docker("rm", "--force", name)


@contextmanager
def authority(names: NameServer) -> Iterator[Authority]:
    address, port, management_port, http_port = names.address, free_port(), free_port(), free_port()
    name = f"e2e-acme-ca-{port}"
    settings = {
        "PEBBLE_HOST": address,
        "PEBBLE_DNS": f"{address}:{names.port}",
        "PEBBLE_HTTP_PORT": str(http_port),
        "PEBBLE_VALIDITY": str(VALIDITY),
        "PEBBLE_VA_NOSLEEP": "1",
        "PEBBLE_AUTHZREUSE": "0",  # each certificate has its challenge
    }
    docker(
        "run", "--detach", "--name", name,
        *(word for key, value in settings.items() for word in ("--env", f"{key}={value}")),
        "--publish", f"{address}:{port}:14000", "--publish", f"{address}:{management_port}:15000",
        images.PEBBLE.name,
    )  # fmt: skip
    try:
        made = Authority(
            container=name,
            address=address,
            port=port,
            management_port=management_port,
            http_port=http_port,
        )
        eventually(made.root, within=READY_WITHIN)
        yield made
    finally:
        docker("rm", "--force", name)


@dataclass(frozen=True)
class Wiki:
    """What one sees of a deployment with TLS=acme: from outside, in its logs, in its health."""

    stack: Stack
    authority: Authority
    names: NameServer

    @property
    def gateway(self) -> str:
        return f"{self.stack.name}-gateway"

    def connect(self, trusts: ssl.SSLContext) -> ssl.SSLSocket:
        """Open a connection as to HOST."""
        where = (self.authority.address, urlsplit(self.stack.url).port)
        plain = socket.create_connection(where, timeout=TIMEOUT)
        return trusts.wrap_socket(plain, server_hostname=HOST)

    def certificate(self) -> x509.Certificate:
        """Return the certificate shown, trusted or not."""
        anything = ssl.create_default_context()
        anything.check_hostname = False
        anything.verify_mode = ssl.CERT_NONE
        with self.connect(anything) as connection:
            shown = connection.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown)

    def trusting(self) -> ssl.SSLContext:
        """Return what trusts the authority alone, as a browser trusts public ones."""
        return ssl.create_default_context(cadata=self.authority.root())

    def await_certificate(self, other_than: x509.Certificate, within: float = 60) -> None:
        """Wait until another certificate is shown."""

        def changed() -> None:
            assert self.certificate() != other_than, self.log()

        eventually(changed, within)

    def log(self) -> str:
        return self.stack.compose("logs", "--no-color", "acme")

    def health(self) -> str:
        status: str = self.stack.containers()["acme"]["State"]["Health"]["Status"]
        return status

    def state(self, *names: str) -> None:
        """Let what the acme service noted under ``names`` have been an hour ago."""
        past = int(time.time()) - 3600
        for name in names:
            self._in_acme(f"echo {past} >/var/lib/acme/{name}")

    def age_certificate(self) -> None:
        """Let the acme service find that of its certificate's life a fifth is left."""
        begun = dt.datetime.now(dt.UTC) - dt.timedelta(days=72)
        aged = make(HOST, start=begun, days=90)
        places = self._in_acme("ls /var/lib/acme/certificates").split()
        for place in places:
            file = f"/var/lib/acme/certificates/{place}/gateway.pem"
            self._in_acme(f"cat >{file}", stdin=aged.key_pem + aged.certificate_pem)

    def _in_acme(self, script: str, stdin: str = "") -> str:
        container = self.stack.containers()["acme"]["Id"]
        return docker("exec", "--interactive", container, "sh", "-c", script, stdin=stdin)


def settings(ca: Authority, folder: Path) -> dict[str, str]:
    """Return the settings of a wiki that gets its certificate by HTTP-01 from ``ca``."""
    bundle = folder / "authority.pem"
    bundle.write_text(ca.bundle)
    return {
        "URL": f"https://{HOST}:{free_port()}",
        "TLS": "acme",
        "HTTP_IP": ca.address,
        "HTTP_PORT": str(ca.http_port),
        "ACME_SERVER": ca.directory,
        "ACME_CA_BUNDLE": str(bundle),
        "FILE_STORAGE": "local",
    }


def docker(*words: str, stdin: str = "") -> str:
    """Return what docker prints; raise ComposeError with its output when it fails."""
    done = subprocess.run(
        ["docker", *words],
        env={**os.environ, **engine.environment()},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise ComposeError(f"docker {' '.join(words)} ended with {done.returncode}\n{done.stderr}")
    return done.stdout
