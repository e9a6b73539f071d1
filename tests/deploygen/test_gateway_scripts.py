"""The gateway's scripts: whom it believes, found at its start, and how nginx gets certificates."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "templates" / "nginx"
SHELLS = [
    shell for shell in (("sh",), ("dash",), ("busybox", "sh")) if shutil.which(shell[0]) is not None
]
WITHIN = 15.0  # seconds; it looks for new certificates every five
NAME = "wiki-gateway-shared"

# Of a name with addresses of both kinds, `hosts` gives the one of IPv6 alone.
GETENT = """\
#!/bin/sh
[ -e "$TOLD/$2" ] || exit 2
case $1 in
    ahostsv4) cat "$TOLD/$2" ;;
    hosts) echo "2001:db8::2  $2" ;;
esac
"""
NGINX = """\
#!/bin/sh
echo "$*" >"$TOLD/nginx"
"""


@dataclass
class Gateway:
    """A gateway's container: its routes, its volumes, and an nginx that notes its arguments."""

    folder: Path
    shell: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("told", "bin", "run", "public", "internal"):
            (self.folder / name).mkdir()
        for name, text in (("getent", GETENT), ("nginx", NGINX)):
            (self.folder / "bin" / name).write_text(text)
            (self.folder / "bin" / name).chmod(0o755)
        self.routes()
        self.volume("internal/key.pem", "key\n")
        self.volume("internal/cert.pem", "internal\n")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "TOLD": str(self.folder / "told"),
            "ROUTES_FILE": str(self.folder / "routes"),
            "GATEWAY_RUN_DIR": str(self.folder / "run"),
            "GATEWAY_TLS_DIR": str(self.folder / "public"),
            "INTERNAL_TLS_DIR": str(self.folder / "internal"),
        }

    def routes(self, *routes: tuple[str, str]) -> None:
        """Set /proc/net/route: to each network (default is one), by which gateway, if by any."""
        lines = ["Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n"]
        for network, gateway in routes:
            to = IPv4Interface("0.0.0.0/0" if network == "default" else network).network
            words = [_word(to.network_address), _word(IPv4Address(gateway or 0))]
            lines.append("\t".join(["eth0", *words, "3", "0", "0", "0", _word(to.netmask), "0\n"]))
        (self.folder / "routes").write_text("".join(lines))

    def is_called(self, name: str, address: str) -> None:
        (self.folder / "told" / name).write_text(f"{address}  STREAM {name}\n{address}  DGRAM\n")

    def start(self, *options: str) -> str:
        """Run start.sh and return what it says."""
        done = subprocess.run(
            [*self.shell, SCRIPTS / "start.sh", *options],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=True,
        )
        return done.stderr

    @property
    def believed(self) -> list[str]:
        """Return the networks that nginx is told to believe."""
        real_ip = (self.folder / "run" / "real-ip.conf").read_text()
        geo = (self.folder / "run" / "geo.conf").read_text()
        networks = [line.removesuffix(" 1;") for line in geo.splitlines()]
        assert real_ip == "".join(f"set_real_ip_from {network};\n" for network in networks)
        return networks

    def volume(self, name: str, text: str | None) -> None:
        """Put a file into a volume as a whole, or take it away."""
        if text is None:
            (self.folder / name).unlink()
        else:
            (self.folder / "new").write_text(text)
            (self.folder / "new").replace(self.folder / name)

    def install(self) -> None:
        subprocess.run(
            [*self.shell, SCRIPTS / "certificate.sh", "install"],
            env=self.environment,
            stderr=subprocess.PIPE,
            timeout=WITHIN,
            check=True,
        )

    @property
    def shown(self) -> str | None:
        file = self.folder / "run" / "certificate.pem"
        return file.read_text() if file.exists() else None


@dataclass
class Watch:
    """A gateway whose certificates are watched for a stand-in of nginx that notes each signal."""

    gateway: Gateway

    def noted(self, name: str) -> int:
        """Return how many "looks" or "signals" there were."""
        return (self.gateway.folder / "told" / name).read_text().count("\n")

    def wait_for(self, name: str, count: int) -> None:
        """Wait until there were so many."""
        limit = time.monotonic() + WITHIN
        while self.noted(name) < count:
            assert time.monotonic() < limit, name
            time.sleep(0.02)

    def wait_for_looks(self) -> None:
        """Wait until what is there now has been seen."""
        self.wait_for("looks", self.noted("looks") + 3)


def _word(address: IPv4Address) -> str:
    return address.packed[::-1].hex().upper()


@pytest.fixture(params=SHELLS, ids=" ".join)
def gateway(tmp_path: Path, request: pytest.FixtureRequest) -> Gateway:
    return Gateway(tmp_path, request.param)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    # busybox would take its own sleep.
    gateway = Gateway(tmp_path, ("sh",))
    for name in ("looks", "signals", "ready"):
        (gateway.folder / "told" / name).write_text("")
    pause = gateway.folder / "bin" / "sleep"
    pause.write_text(f'#!/bin/sh\necho >>"$TOLD/looks"\nexec {shutil.which("sleep")} 0.1\n')
    pause.chmod(0o755)
    gateway.install()
    noting = 'trap "echo >>signals" HUP; echo >>ready; while :; do sleep 0.05; done'
    # A shell can't trap what was ignored when it began (POSIX, trap), as under nohup.
    heeding = ("env", "--default-signal=HUP", "sh", "-c", noting)
    nginx = subprocess.Popen(heeding, cwd=gateway.folder / "told")
    watching = subprocess.Popen(
        ["sh", SCRIPTS / "certificate.sh", "watch", str(nginx.pid)],
        env=gateway.environment,
        stderr=subprocess.DEVNULL,
    )
    made = Watch(gateway)
    made.wait_for("ready", 1)
    yield made
    for process in (watching, nginx):
        process.kill()
        process.wait()


def test_nobody_is_believed_unasked_and_nginx_gets_what_follows(gateway: Gateway) -> None:
    gateway.routes(("default", "192.0.2.1"), ("192.0.2.0/24", ""))

    gateway.start("--", "-t")

    assert gateway.believed == []
    assert (gateway.folder / "told" / "nginx").read_text() == (
        f"-c {SCRIPTS}/nginx.conf -g daemon off; -t\n"
    )


@pytest.mark.parametrize(
    ("routes", "believed"),
    [
        ([("default", "10.201.0.1"), ("10.201.0.0/24", "")], ["10.201.0.1"]),
        ([("192.0.2.0/24", ""), ("default", "192.0.2.254")], ["192.0.2.254"]),
        ([("default", "192.0.2.1"), ("default", "198.51.100.1")], ["192.0.2.1"]),
        ([("192.0.2.0/24", "")], []),
        ([], []),
    ],
)
def test_web_servers_of_this_machine_come_from_the_first_default_route(
    gateway: Gateway, routes: list[tuple[str, str]], believed: list[str]
) -> None:
    gateway.routes(*routes)

    said = gateway.start("--trust-host")

    assert gateway.believed == believed
    assert ("not found" in said) == (not believed)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("172.18.255.2", "172.18.0.0/16"),
        ("172.19.47.254", "172.19.32.0/20"),
        ("192.0.2.2", "192.0.2.0/24"),
        ("198.51.100.130", "198.51.100.128/26"),
        ("255.255.255.254", "255.255.255.0/24"),
    ],
)
def test_the_shared_network_is_the_one_that_the_name_is_in(
    gateway: Gateway, address: str, network: str
) -> None:
    gateway.is_called(NAME, address)
    gateway.routes(
        ("default", "203.0.113.1"), ("203.0.113.0/24", ""), (network, ""), ("192.168.0.0/16", "")
    )

    gateway.start("--trust-network-of", NAME)

    assert gateway.believed == [network]


@pytest.mark.parametrize(
    ("called", "routes"),
    [
        ("another", [("192.0.2.0/24", "")]),
        (NAME, [("198.51.100.0/24", "")]),
        (NAME, [("default", "198.51.100.1"), ("192.0.2.0/24", "198.51.100.1")]),
        (NAME, [("default", "")]),
    ],
)
def test_a_shared_network_that_is_not_found_is_told_of_and_not_believed(
    gateway: Gateway, called: str, routes: list[tuple[str, str]]
) -> None:
    gateway.is_called(called, "192.0.2.2")
    gateway.routes(*routes)

    said = gateway.start("--trust-network-of", NAME)

    assert gateway.believed == []
    assert said == "gateway: the shared network was not found; nothing from there is believed\n"


def test_host_and_network_are_believed_together_and_anew_at_each_start(gateway: Gateway) -> None:
    gateway.is_called(NAME, "192.0.2.2")
    gateway.routes(("default", "198.51.100.1"), ("192.0.2.0/24", ""))
    gateway.start("--trust-host")

    gateway.start("--trust-host", "--trust-network-of", NAME)

    assert gateway.believed == ["198.51.100.1", "192.0.2.0/24"]


def test_the_internal_certificate_is_shown_until_there_is_a_public_one(gateway: Gateway) -> None:
    gateway.install()
    first = gateway.shown
    gateway.volume("public/gateway.pem", "public\n")

    gateway.install()

    assert (first, gateway.shown) == ("key\ninternal\n", "public\n")


def test_half_a_certificate_is_not_shown(gateway: Gateway) -> None:
    gateway.volume("internal/cert.pem", None)

    gateway.install()

    assert gateway.shown is None


@pytest.mark.parametrize("file", ["public/gateway.pem", "internal/cert.pem", "internal/key.pem"])
@pytest.mark.parametrize("public", ["public\n", None])
def test_nginx_is_told_once_of_each_new_certificate(
    watch: Watch, file: str, public: str | None
) -> None:
    if public:
        watch.gateway.volume("public/gateway.pem", public)
        watch.wait_for("signals", 1)
    before = watch.noted("signals")

    watch.gateway.volume(file, "new\n")
    watch.wait_for("signals", before + 1)
    watch.wait_for_looks()

    assert watch.noted("signals") == before + 1


def test_nginx_keeps_what_it_has_while_a_certificate_is_incomplete(watch: Watch) -> None:
    before = watch.gateway.shown

    watch.gateway.volume("internal/cert.pem", None)
    watch.gateway.volume("internal/key.pem", "new\n")
    watch.wait_for_looks()

    assert (watch.noted("signals"), watch.gateway.shown) == (0, before)
