"""Requests as no HTTP client sends them: the target of the request goes out byte for byte."""

from __future__ import annotations

import base64
import os
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 40  # seconds
_ENOUGH = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """An answer as it came: its status, its headers (lower case), its body, chunked or not."""

    status: int
    headers: dict[str, str]
    body: bytes


def send(
    url: str, method: str, target: bytes, *, host: str | None = None, headers: tuple[str, ...] = ()
) -> Answer:
    """Send one request without a body to ``url``'s address and return what comes back.

    ``headers`` are whole lines. An answer is expected even where the headers promise a body.
    """
    where = urlsplit(url)
    host = host or where.netloc
    lines = [f"Host: {host}", "Connection: close", *headers]
    if method == "POST" and not any(line.lower().startswith("content-length") for line in lines):
        lines.append("Content-Length: 0")
    head = method.encode() + b" " + target + b" HTTP/1.1\r\n" + "\r\n".join(lines).encode()
    with socket.create_connection((where.hostname, where.port), timeout=TIMEOUT) as connection:
        connection.sendall(head + b"\r\n\r\n")
        return _answer(connection)


def begin(url: str, path: str, *, length: int) -> socket.socket:
    """Send the head of a form of ``length`` bytes and its first byte; the rest never comes."""
    where = urlsplit(url)
    connection = socket.create_connection((where.hostname, where.port), timeout=TIMEOUT)
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {where.netloc}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {length}",
    ]
    connection.sendall("\r\n".join([*lines, "", "a"]).encode())
    return connection


def _answer(connection: socket.socket) -> Answer:
    received = b""
    while len(received) < _ENOUGH and (part := connection.recv(65536)):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Answer(
        status=int(first.split()[1]),
        headers={name.lower(): value.strip() for name, _, value in pairs},
        body=body,
    )


class WebSocket:
    """A websocket (RFC 6455) that says and hears short texts."""

    def __init__(self, url: str, path: str, connection: socket.socket | None = None) -> None:
        """Open one at ``url``, on a ``connection`` that is there already if one is given."""
        where = urlsplit(url)
        self._connection = connection or socket.create_connection(
            (where.hostname, where.port), TIMEOUT
        )
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {where.netloc}",
            f"Origin: {url}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
        ]
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode())
        self._received = self._connection.makefile("rb")
        first = self._received.readline().decode()
        assert first.split()[1] == "101", first
        while self._received.readline().strip():
            pass

    def say(self, text: str) -> None:
        """Send a text of at most 125 bytes; what clients send is masked, by zero here."""
        data = text.encode()
        self._connection.sendall(bytes([0x81, 0x80 | len(data)]) + bytes(4) + data)

    def hear(self) -> str:
        """Return the next text."""
        kind, length = self._received.read(2)
        assert kind == 0x81, f"no text but {kind:#x}"
        return self._received.read(length).decode()

    def close(self) -> None:
        self._received.close()
        self._connection.close()
