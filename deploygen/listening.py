"""Sockets that listen on this machine: made, and looked for."""

import errno
import socket

from deploygen.addresses import EVERY_ADDRESS, LOOPBACK

_BACKLOG = 64
_SECONDS = 1
_LOOPBACKS = {EVERY_ADDRESS: LOOPBACK, "::": "::1"}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an IP address. Raises OSError or OverflowError."""
    made = socket.socket(_family(host), socket.SOCK_STREAM)
    try:
        # A port that was just let go can be had again. Listening at once keeps it ours: two that
        # are merely bound may share it.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if made.family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except (OSError, OverflowError):
        made.close()
        raise
    return made


def is_taken(host: str, port: int) -> bool:
    """Tell whether somebody listens at an IP address of this machine, as far as can be seen."""
    try:
        listen(host, port).close()
    except PermissionError:  # where ports below 1024 are the system's; it can still be asked
        with socket.socket(_family(host), socket.SOCK_STREAM) as asking:
            asking.settimeout(_SECONDS)
            return asking.connect_ex((_LOOPBACKS.get(host, host), port)) == 0
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
