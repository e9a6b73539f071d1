"""What is generated for the web server in front works there, unchanged."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.e2e import chains, outer
from tests.e2e.deployments import deployment, free_port, machinery
from tests.e2e.outer import Authority, Front
from tests.e2e.stack import Stack, eventually
from tests.e2e.ways import Way

HOST = "wiki.test"
BEFORE_THE_OTHER_PROXY = "127.0.0.80"  # a third one
MORE_THAN_THE_MACHINE_ALLOWS = 3 * 1024 * 1024
FORGED = {
    "X_Forwarded_For": "198.51.100.7",
    "X_Forwarded_Proto": "http",
    "X_Forwarded_Host": "evil.example.com",
    "X_Forwarded_Port": "1",
    "X_Real_IP": "198.51.100.7",
    "Forwarded": "for=198.51.100.7;proto=http;host=evil.example.com",
    # A proxy may take what is named here for its client's own, and leave it out (CVE-2022-31813).
    "Connection": "keep-alive, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"), HOST)
    made.make()
    return made


@pytest.fixture(scope="module")
def networked_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment on a shared network, at the usual port."""
    name = f"e2e-outer-{free_port()}"
    with outer.network(name) as shared:
        yield from deployment(
            tmp_path_factory.mktemp("networked") / "wiki",
            COMPOSE_PROJECT_NAME=name,
            URL=f"https://{HOST}",
            TLS="proxy",
            OUTER_PROXY="nginx",
            NETWORK=shared,
        )


@pytest.fixture(scope="module")
def other_proxy() -> Iterator[str]:
    """The address of another proxy, before the web server on this machine."""
    machinery()
    with chains.own_address() as address:
        yield address


@pytest.fixture(scope="module")
def local_entrance_stack(
    other_proxy: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A deployment with its entrance on this machine's loopback, at a port of its own."""
    yield from deployment(
        tmp_path_factory.mktemp("entrance") / "wiki",
        URL=f"https://{HOST}:{free_port()}",
        TLS="proxy",
        OUTER_PROXY="nginx",
        HTTP_PORT=str(free_port()),
        TRUSTED_PROXIES=f"host,{other_proxy},{BEFORE_THE_OTHER_PROXY}",
    )


STACKS = {"network": "networked_stack", "machine": "local_entrance_stack"}
PROGRAMS = {item.outer_proxy: item for item in outer.PROGRAMS}
FRONTS = [(place, name) for place in STACKS for name in PROGRAMS]
everywhere = pytest.mark.parametrize("front", FRONTS, ids="-".join, indirect=True)
on_the_machine = pytest.mark.parametrize(
    "front", [item for item in FRONTS if item[0] == "machine"], ids="-".join, indirect=True
)
# Where the URL names a port, port 80 may be another's and is left alone.
with_port_80 = pytest.mark.parametrize(
    "front", [item for item in FRONTS if item[0] == "network"], ids="-".join, indirect=True
)


@pytest.fixture(scope="module")
def front(
    request: pytest.FixtureRequest, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """A web server of Debian's in front of a deployment."""
    place, name = request.param
    stack: Stack = request.getfixturevalue(STACKS[place])
    folder = tmp_path_factory.mktemp(name)
    with outer.in_front(stack, PROGRAMS[name], authority, folder) as made:
        yield made


@pytest.fixture(scope="module")
def way(
    front: Front, other_proxy: str, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    """The way through the other proxy."""
    with chains.further_out(front, other_proxy, authority, tmp_path_factory.mktemp("way")) as made:
        yield made


@everywhere
def test_the_programs_own_check_is_content(front: Front) -> None:
    front.check()


@everywhere
def test_one_signs_in_and_files_go_up_and_down(front: Front) -> None:
    content = os.urandom(MORE_THAN_THE_MACHINE_ALLOWS)
    config = front.stack.config
    with front.visitor() as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        who = person.who()
        attachment = person.upload("a.bin", content)
        fetched = person.download(attachment)

    assert who is not None
    assert who["email"] == config["ADMIN_EMAIL"]
    assert attachment.stored.is_success, attachment.stored.text
    assert fetched.content == content


@everywhere
def test_scheme_host_and_client_arrive(front: Front) -> None:
    with front.visitor() as person:
        seen = person.seen()

    assert (seen["proto"], seen["host"]) == ("https", front.stack.url.removeprefix("https://"))
    assert seen["ip"] == front.address_of_this_machine


@everywhere
def test_what_a_client_says_of_itself_ends_in_front(front: Front) -> None:
    with front.visitor() as person:
        assert person.seen(**FORGED) == person.seen()


@on_the_machine
def test_through_another_proxy_the_client_arrives_and_nothing_it_says_of_itself(
    front: Front, way: Way
) -> None:
    with way.visitor(front.stack.url) as person:
        seen = person.seen()
        # A browser on http sends this, and the gateway would lead it to https.
        assert person.seen(**FORGED, Upgrade_Insecure_Requests="1") == seen

    assert seen["ip"] == way.client
    assert (seen["proto"], seen["host"]) == ("https", front.stack.url.removeprefix("https://"))


@on_the_machine
def test_through_two_more_proxies_the_client_arrives(front: Front, way: Way) -> None:
    with replace(way, client=BEFORE_THE_OTHER_PROXY).visitor(front.stack.url) as proxy:
        seen = proxy.seen(X_Forwarded_For=f"198.51.100.7, {way.client}")

    assert seen["ip"] == way.client


@everywhere
@pytest.mark.parametrize("path", ["/realtime/?EIO=4&transport=websocket", "/collaboration/a"])
def test_a_websocket_opens_and_stays_while_nobody_types(front: Front, path: str) -> None:
    with front.connect("http/1.1") as connection:
        connection.sendall(opening(front.stack.url, path))
        status = connection.recv(65536).split()[1]
        time.sleep(outer.IDLE + 2)
        connection.sendall(message(b"still here"))
        received = connection.recv(65536)
        if not received.endswith(b"still here"):  # the greeting came after the headers
            received += connection.recv(65536)

    assert status == b"101"
    assert received.endswith(b"still here")


@everywhere
def test_browsers_get_http_2(front: Front) -> None:
    with front.connect("h2", "http/1.1") as connection:
        assert connection.selected_alpn_protocol() == "h2"


@with_port_80
def test_http_goes_to_https(front: Front) -> None:
    with front.visitor() as person:
        answer = person.request("GET", f"http://{HOST}/doc/a-page?b=c")

    assert answer.status_code in {301, 308}
    assert answer.headers["location"] == f"https://{HOST}/doc/a-page?b=c"


@pytest.mark.parametrize(
    "front",
    [(place, name) for place, name in FRONTS if place == "network" and name != "caddy"],
    ids="-".join,
    indirect=True,
)
def test_certbot_gives_its_answers_over_http(front: Front) -> None:
    with front.visitor() as person:
        answer = person.request("GET", f"http://{HOST}/.well-known/acme-challenge/a-token")

    assert (answer.status_code, answer.text) == (200, "an-answer\n")


@with_port_80
def test_it_starts_without_the_wiki_and_finds_it_again(front: Front) -> None:
    gateway = f"{front.stack.name}-gateway"
    front.stack.compose("stop", gateway)
    try:
        front.restart()
        with front.visitor() as person:
            eventually(lambda: assert_absent(person), within=outer.READY_WITHIN)
    finally:
        # Another address, as any restart may bring.
        with outer.lodger(front.stack):
            front.stack.compose("start", gateway)
    with front.visitor() as person:
        eventually(lambda: assert_present(person), within=outer.READY_WITHIN)


def assert_absent(person: outer.Visitor) -> None:
    # Apache takes a name that nobody has for an error of its own.
    assert person.request("GET", "/").status_code in {500, 502, 503, 504}


def assert_present(person: outer.Visitor) -> None:
    assert person.seen()["proto"] == "https"


def opening(url: str, path: str) -> bytes:
    """Return the first request of a websocket (RFC 6455, section 4.1)."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {url.removeprefix('https://')}",
        "Upgrade: websocket",
        "Connection: keep-alive, Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Origin: {url}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def message(text: bytes) -> bytes:
    """Return a short masked text frame (RFC 6455, section 5.2); a mask of zeros changes nothing."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text
