"""The opening of a websocket (RFC 6455, section 4.1), and no more."""

from __future__ import annotations

import base64
import os
import socket
from urllib.parse import urlsplit

TIMEOUT = 10  # seconds


def status_of_upgrade(url: str, path: str, origin: str, listener: str) -> int:
    """Return the status that answers a websocket's opening request to ``path`` at ``url``.

    The connection is made to ``listener``, a host and port without https.
    """
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Origin: {origin}",
    ]
    host, _, port = listener.partition(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head = connection.makefile("rb").readline().decode()
    return int(head.split()[1])
