from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import httpx
import pytest

from tests.demo.running import Machine


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


def test_the_provider_gets_the_port_that_was_asked_for(machine: Machine, taken: int) -> None:
    wanted = _free_after(taken)

    demo = machine.start("--port", str(wanted))

    assert demo.told["issuer"] == f"http://localhost:{wanted}/uc/oauth"
    assert httpx.URL(demo.told["client_url"]).port != wanted


def test_a_taken_port_is_told_and_nothing_is_left(machine: Machine, taken: int) -> None:
    code, out, errors = machine.fail("--port", str(taken))

    assert (code, out) == (1, "")
    assert f"port {taken} can't be used: another program has it; choose another --port" in errors
    assert machine.left_behind() == []


def test_without_a_wish_a_taken_port_is_passed_over(machine: Machine) -> None:
    with suppress(OSError):  # someone else has it already, which will do
        other = socket.create_server(("127.0.0.1", 8000))
    try:
        demo = machine.start()
    finally:
        with suppress(NameError):
            other.close()

    assert httpx.URL(demo.told["issuer"]).port != 8000


@pytest.mark.parametrize("wrong", ["0", "65536", "http"])
def test_what_is_no_port_is_refused(machine: Machine, wrong: str) -> None:
    code, out, errors = machine.fail("--port", wrong)

    assert (code, out) == (2, "")
    assert "--port" in errors


def _free_after(port: int) -> int:
    for candidate in range(port + 1, port + 50):
        with suppress(OSError), closing(socket.create_server(("127.0.0.1", candidate))):
            return candidate
    raise AssertionError("no port is free")
