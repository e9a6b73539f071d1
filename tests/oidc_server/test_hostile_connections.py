"""What can't be told to the site by itself: bytes that are no request, over a connection."""

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oidc_server import running
from tests.oidc_server.hostile.values import AWKWARD, CONTENT_TYPES, HEADER_VALUES, METHODS
from tests.oidc_server.postgresql import Cluster

CONNECTIONS = 300
PATHS = [b"/uc/oauth/token", b"/uc/oauth/authorize", b"/uc/static/pages/site.css", b"/uc/", b"*"]
HOST = b"Host: 127.0.0.1\r\n"
ODD = [
    *(b"", b"\r\n", b"\0" * 100, b"\xff" * 100, b"GET", b"GET /", b"GET / HTTP/9.9\r\n\r\n"),
    *(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    *(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n", b"GET /" + b"a" * 20_000),
    *(b"GET / HTTP/1.1\r\nA: " + b"b" * 100_000 + b"\r\n\r\n", b"GET / HTTP/1.1\r\n a: b\r\n\r\n"),
    *(
        b"GET http://[/ HTTP/1.1\r\n\r\n",
        b"GET //// HTTP/1.1\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    ),
]
FRAMES = [
    *(
        b"Content-Length: -1\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: a\r\n",
    ),
    *(
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Length: 1\r\n",
        b"Expect: 100-continue\r\n",
    ),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
    *(
        b"Transfer-Encoding: xchunked\r\n",
        b"Upgrade: h2c\r\nConnection: upgrade\r\n",
        b"Trailer: a\r\n",
    ),
]
BODIES = [
    b"",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"zz\r\n",
    b"ffffffffffffffff\r\na",
    b"0\r\na: b\r\n\r\n",
    b"a=b",
]


@pytest.fixture(scope="module")
def provider(
    postgresql: Cluster | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[running.Running]:
    folder: Path = tmp_path_factory.mktemp("connections")
    variables = running.fresh(postgresql, folder)
    running.command("init", variables=variables)
    with running.serve(variables, running.port_of(variables), folder / "log") as started:
        yield started


def requests() -> st.SearchStrategy[bytes]:
    target = st.one_of(st.sampled_from(PATHS), st.sampled_from(AWKWARD))
    value = st.one_of(st.sampled_from(HEADER_VALUES), st.sampled_from([*CONTENT_TYPES, *AWKWARD]))
    made = st.builds(
        lambda method, path, more, header, frame, body: (
            b"%s %s%s HTTP/1.1\r\n" % (method.encode(), path, more)
            + HOST
            + b"Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: %s\r\n" % header
            + frame
            + b"\r\n"
            + body
        ),
        st.sampled_from(METHODS),
        target,
        st.sampled_from([b"", b"?", b"?a=b", b"#a", b"?\xff"]),
        value,
        st.sampled_from([b"", *FRAMES]),
        st.sampled_from(BODIES),
    )
    return st.one_of(made, made, made, st.sampled_from(ODD), st.binary(max_size=200))


def answers(port: int, sent: bytes) -> bytes:
    """What comes back until the provider hangs up, having been told that no more will come."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except (ConnectionResetError, BrokenPipeError):
            return b""


@pytest.mark.timeout(300)
def test_no_bytes_upset_the_provider(provider: running.Running) -> None:
    @seed(0)
    @settings(
        max_examples=CONNECTIONS,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def is_harmless(sent: bytes) -> None:
        told = answers(provider.port, sent)
        if told:
            assert told.startswith((b"HTTP/1.0 ", b"HTTP/1.1 "))
            status = told.split(b" ")[1]
            assert status < b"500" or (status == b"501" and b"xchunked" in sent)  # RFC 9112, 6.1

    is_harmless()

    assert provider.sign_in()
    log = provider.log.read_text()
    assert "Internal Server Error" not in log  # as Django says it
    assert "Error handling request" not in log  # as gunicorn does


FORM, PARTS = b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=abc"
FILE = b'--abc\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nf\r\n'


def post(content_type: bytes, body: bytes, length: int | None = None) -> bytes:
    return (
        b"POST /uc/oauth/token HTTP/1.1\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (HOST, content_type, len(body) if length is None else length, body)
    )


SENSELESS = {
    "too large": post(FORM, b"", length=300_000),  # refused before it comes
    "too many fields": post(FORM, b"a=b&" * 2000),
    "too many files": post(PARTS, FILE * 200 + b"--abc--\r\n"),
    "parts without a boundary": post(b"multipart/form-data", FILE),
}


@pytest.mark.parametrize("body", SENSELESS)
def test_a_body_that_makes_no_sense_is_refused_in_one_line(
    provider: running.Running, body: str
) -> None:
    before = len(provider.log.read_text())

    told = answers(provider.port, SENSELESS[body])

    assert told.startswith(b"HTTP/1.1 400 ")
    (line,) = provider.log.read_text()[before:].splitlines()
    assert " WARNING " in line


def test_a_body_that_breaks_off_is_no_error_of_ours(provider: running.Running) -> None:
    before = len(provider.log.read_text())
    with running.connection(provider.port) as connection:
        connection.sendall(post(FORM, b"a=b", length=100))
        time.sleep(0.5)  # until it is being read
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    running.wait_until(provider, lambda: len(provider.log.read_text()) > before)
    (line,) = provider.log.read_text()[before:].splitlines()
    assert " WARNING " in line
