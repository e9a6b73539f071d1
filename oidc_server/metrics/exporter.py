"""`/metrics` for Prometheus, on a port that only the deployment's own network reaches."""

import logging
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from threading import Thread
from typing import Any

from oidc_server.metrics.ours import exposition

_log = logging.getLogger(__name__)


class _Server(TCPServer):
    """Answers one after the other: there is one Prometheus."""

    allow_reuse_address = True


class _Handler(BaseHTTPRequestHandler):
    timeout = 5  # seconds; nobody keeps the others waiting longer

    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        body = exposition().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "oidc"

    def log_message(self, *_arguments: Any) -> None:
        """Being asked is nothing to tell of."""


def start(port: int) -> None:
    """Answer from a thread of this process, as its counters are its own; no port, no answer.

    Without metrics people can sign in, so a port that is taken is only told of.
    """
    if not port:
        return
    try:
        server = _Server(("0.0.0.0", port), _Handler)  # noqa: S104 - of a container
    except OSError as error:
        _log.warning("no metrics: port %s: %s", port, error.strerror)
        return
    Thread(target=_answer, args=(server,), name="metrics", daemon=True).start()


def _answer(server: _Server) -> None:
    while True:
        server.handle_request()
