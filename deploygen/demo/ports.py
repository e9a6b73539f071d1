"""Ports on loopback, taken before anything is started, so that no one else can take them."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from deploygen.addresses import LOOPBACK
from deploygen.errors import UserError
from deploygen.language import _
from deploygen.listening import listen

_PREFERRED = 8000
_NEIGHBOURS = 20
_ATTEMPTS = 20
# Browsers try both addresses of the name localhost.
_ADDRESSES = (LOOPBACK, "::1")
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
        for host in _ADDRESSES:
            number = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(listen(host, number))
            except OSError as error:
                if not sockets or error.errno not in _NO_IPV6:
                    raise
    except (OSError, OverflowError):
        for each in sockets:
            each.close()
        raise
    return Listener(port=sockets[0].getsockname()[1], sockets=tuple(sockets))
