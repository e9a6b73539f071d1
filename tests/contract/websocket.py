"""The opening of a websocket (RFC 6455, section 4.1), and no more."""

from __future__ import annotations

import base64
import os
import socket
from urllib.parse import urlsplit

TIMEOUT = 10  # seconds


def status_of_upgrade(url: str, path: str, origin: str | None) -> int:
    """Return the status that answers a websocket's opening request to ``path`` at ``url``."""
    parts = urlsplit(url)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
    ]
    if origin:
        lines.append(f"Origin: {origin}")
    address = (parts.hostname or "", parts.port or 80)
    with socket.create_connection(address, timeout=TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head = connection.makefile("rb").readline().decode()
    return int(head.split()[1])
