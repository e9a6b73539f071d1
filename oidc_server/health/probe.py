"""The image's health check: exits 0 when the provider is ready. Loads as little as it can."""

import socket
import sys

_REQUEST = b"GET /uc/health/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"


def is_ready(port: int = 8000) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
            connection.sendall(_REQUEST)
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready() else 1)
