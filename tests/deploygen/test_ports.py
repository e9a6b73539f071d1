"""Who makes a deployment is told what else has its ports before Docker fails to publish them."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploygen import folder, listening, ports, topology
from tests.deploygen.made import config_text, configuration

HAS = "a program or another deployment has port {port} of this machine: stop that before the wiki"
TAKE = HAS + " starts, or take another port: `{enter}deploygen init --set {key}={value}`"
STOP = HAS + " starts"
PASS_ON = HAS + " starts, or have it pass the wiki's requests on (TLS=proxy)"
PROXIED = {"URL": "https://wiki.example.com", "TLS": "proxy"}
ACME = {"URL": "https://wiki.example.com", "TLS": "acme"}
FOLDER = Path("/srv/my wiki")
ENTER = "cd '/srv/my wiki' && "


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of 127.0.0.1 that something listens on."""
    with listening.listen("127.0.0.1", 0) as made:
        yield made.getsockname()[1]


def told(monkeypatch: pytest.MonkeyPatch, used: set[int], **changes: str) -> list[tuple[str, str]]:
    """Return what is said where the ports ``used`` are taken, as pairs of a key and a sentence."""
    monkeypatch.setattr(ports, "is_taken", lambda _host, port: port in used)
    config = configuration(**changes)
    found = ports.warnings(config, topology.of(config), FOLDER, config_text(**changes))
    assert all(item.line for item in found)
    return [(item.key, item.message) for item in found]


def test_where_the_ports_are_free_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, {80, 443, 8889}) == []


@pytest.mark.parametrize(
    ("changes", "used", "key", "value"),
    [
        ({}, {8888}, "URL", "http://localhost:8889"),
        ({}, {8888, 8889, 8890}, "URL", "http://localhost:8891"),
        ({"URL": "http://wiki.lan"}, {80}, "URL", "http://wiki.lan:8888"),
        ({"URL": "http://wiki.lan", "HTTP_PORT": "9000"}, {9000}, "HTTP_PORT", "9001"),
        (PROXIED, {8888}, "HTTP_PORT", "8889"),
        ({"URL": "http://localhost:10079"}, {10079}, "URL", "http://localhost:10081"),
        ({"URL": "http://localhost:65534"}, {65534}, "URL", "http://localhost:65535"),
    ],
)
def test_another_port_is_proposed_for_one_that_is_taken(
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str],
    used: set[int],
    key: str,
    value: str,
) -> None:
    sentence = TAKE.format(port=min(used), enter=ENTER, key=key, value=value)

    assert told(monkeypatch, used, **changes) == [(key, sentence)]


def test_what_is_proposed_can_be_pasted_into_a_shell_that_is_in_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: FOLDER)
    sentence = TAKE.format(port=8888, enter="", key="'URL", value="http://[::1]:8889'")

    assert told(monkeypatch, {8888}, URL="http://[::1]:8888") == [("URL", sentence)]


@pytest.mark.parametrize(
    ("port", "used"), [(65535, {65535}), (65534, {65534, 65535}), (8888, set(range(8888, 9000)))]
)
def test_where_no_port_soon_after_it_is_free_none_is_proposed(
    monkeypatch: pytest.MonkeyPatch, port: int, used: set[int]
) -> None:
    found = told(monkeypatch, used, URL=f"http://localhost:{port}")

    assert found == [("URL", STOP.format(port=port))]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (ACME, {"URL": 443, "HTTP_PORT": 80}),
        ({**ACME, "HTTPS_PORT": "8443"}, {"HTTPS_PORT": 8443, "HTTP_PORT": 80}),
    ],
)
def test_a_web_server_that_has_the_ports_of_https_may_stay_in_front(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], found: dict[str, int]
) -> None:
    assert told(monkeypatch, {80, 443, 8443}, **changes) == [
        (key, PASS_ON.format(port=port)) for key, port in found.items()
    ]


def test_only_a_new_deployment_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setattr(ports, "is_taken", listening.is_taken)
    text = config_text(URL=f"http://localhost:{taken}")

    first, second = (folder.render(tmp_path, text).warnings for _ in range(2))

    assert [item.key for item in first] == ["URL"]
    assert second == ()


@pytest.mark.parametrize(
    ("host", "is_seen"), [("127.0.0.1", True), ("0.0.0.0", True), ("127.0.0.2", False)]
)
def test_a_port_is_taken_where_somebody_listens(taken: int, host: str, *, is_seen: bool) -> None:
    assert listening.is_taken(host, taken) is is_seen


def test_a_port_that_was_let_go_is_free() -> None:
    with listening.listen("127.0.0.1", 0) as made:
        port = made.getsockname()[1]

    assert not listening.is_taken("127.0.0.1", port)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_of_the_systems_is_asked(
    monkeypatch: pytest.MonkeyPatch, taken: int, host: str
) -> None:
    def refuse(_host: str, _port: int) -> None:
        raise PermissionError

    monkeypatch.setattr(listening, "listen", refuse)

    assert listening.is_taken(host, taken)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert not listening.is_taken(host, free.getsockname()[1])
