"""Serving, as one process: a worker of gunicorn's.

Its master process would take memory to start the worker again, which the engine does as well.
"""

import errno
import logging
import os
import secrets
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

from django.urls import get_resolver
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.sock import create_sockets
from gunicorn.workers.gthread import ThreadWorker

from oidc_server.environment import read_server
from oidc_server.metrics import exporter
from oidc_server.upkeep import clock
from oidc_server.waiting import wait_for_database

STALLED = 10  # seconds after which a request of which no more comes is given up

_CONFIGURATION = Path(__file__).with_name("gunicorn.conf.py")
_TOO_MANY = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}  # accept(2)
_PAUSE = 0.5  # seconds, in which some may end


def serve(arguments: list[str]) -> None:
    """Serve until told to stop; `arguments` are gunicorn's, and go before the configuration's.

    There is no socket before the site is loaded and the database answers: the wiki takes a refused
    connection for a hiccup, and an error answer for the end of its user's session.
    """
    environment = read_server(os.environ)
    sys.argv[1:] = ["--config", str(_CONFIGURATION), *arguments, "oidc_server.wsgi"]
    server = WSGIApplication()
    server.wsgi()
    get_resolver().url_patterns  # noqa: B018 - Django would leave the views to the first request
    wait_for_database(environment.database)
    settings: Any = server.cfg
    log = settings.logger_class(settings)
    log.error_log.addFilter(_is_not_stalled)
    _keep_to_one_processor()
    sockets = create_sockets(settings, log)
    for listener in sockets:
        # The kernel's, which connections inherit. gunicorn has none, and as many requests as there
        # are threads, each stopped half-way, would hold them all.
        limit = struct.pack("ll", STALLED, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    log.info("Listening at: %s", ", ".join(map(str, sockets)))
    exporter.start(environment.metrics_port)
    clock.start()
    _Worker(1, os.getppid(), sockets, server, settings.timeout, settings, log).init_process()


def _is_not_stalled(record: logging.LogRecord) -> bool:
    """Nobody needs a traceback of a caller's silence."""
    return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))


def _keep_to_one_processor() -> None:
    """Threads of Python run one at a time. On several processors they would hand the interpreter
    from one to another, which costs a third more, and answers fewer requests.
    """
    os.sched_setaffinity(0, {secrets.choice([*os.sched_getaffinity(0)])})


class _Worker(ThreadWorker):
    """Has no master, and closes its sockets as soon as it is told to stop.

    Whoever comes then is refused at once, instead of waiting until the last request has ended.
    """

    def accept(self, listener: object) -> None:
        """Whoever comes where too many are waits; gunicorn would end the process."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in _TOO_MANY:
                raise
            self.log.warning("Nobody else can be let in for now: %s", error)
            time.sleep(_PAUSE)

    def is_parent_alive(self) -> bool:
        return True

    def notify(self) -> None:
        """No master looks at the heartbeat, whose file is touched by each event otherwise."""

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        while self.sockets:
            listener = self.sockets.pop()
            self._accept_waiting(listener)
            listener.close()

    def _accept_waiting(self, listener: object) -> None:
        """Those whose connection is made already would be cut off."""
        before = -1
        while before < self.nr_conns:
            before = self.nr_conns
            self.accept(listener)
