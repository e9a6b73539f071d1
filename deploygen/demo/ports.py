"""Ports on loopback, taken before anything is started, so that no one else can take them."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from deploygen.errors import UserError
from deploygen.language import _

_PREFERRED = 8000
_NEIGHBOURS = 20
_ATTEMPTS = 20
_BACKLOG = 64
# Browsers try both addresses of the name localhost.
_ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port of localhost that is listened on; callers wait until a process accepts them."""

    port: int
    sockets: tuple[socket.socket, ...]

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def close(self) -> None:
        for each in self.sockets:
            each.close()


@contextmanager
def reserved(wanted: int | None) -> Iterator[tuple[Listener, Listener]]:
    """Yield the provider's port, which is `wanted` if given, and the next free one.

    Raises UserError when `wanted` can't be had.
    """
    with ExitStack() as stack:
        provider = _provider(wanted)
        stack.callback(provider.close)
        client = _first_free(provider.port + 1)
        stack.callback(client.close)
        yield provider, client


def _provider(wanted: int | None) -> Listener:
    if wanted is None:
        return _first_free(_PREFERRED)
    try:
        return _listen(wanted)
    except OSError as error:
        reason = {
            errno.EADDRINUSE: _("another program has it"),
            errno.EACCES: _("ports below 1024 are the system's"),
        }.get(error.errno or 0, error.strerror)
        raise UserError(
            _(
                "port {port} can't be used: {reason}; choose another --port, or leave it out",
                port=wanted,
                reason=reason,
            )
        ) from None


def _first_free(start: int) -> Listener:
    """Return a port soon after `start`, which is easier to remember than any other."""
    for port in range(start, start + _NEIGHBOURS):
        try:
            return _listen(port)
        except (OSError, OverflowError):
            continue
    for _attempt in range(_ATTEMPTS):
        try:
            return _listen(0)
        except OSError:  # the number that was free on IPv4 is taken on IPv6
            continue
    raise UserError(_("no port of localhost is free"))


def _listen(port: int) -> Listener:
    sockets: list[socket.socket] = []
    try:
        for family, host in _ADDRESSES:
            number = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bound(family, host, number))
            except OSError as error:
                if not sockets or error.errno not in _NO_IPV6:
                    raise
    except (OSError, OverflowError):
        for each in sockets:
            each.close()
        raise
    return Listener(port=sockets[0].getsockname()[1], sockets=tuple(sockets))


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port that was just let go can be had again. Listening at once keeps it ours: two that
        # are merely bound may share it.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except (OSError, OverflowError):
        made.close()
        raise
    return made
