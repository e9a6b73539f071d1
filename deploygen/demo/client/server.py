"""HTTP for the application, over a socket that listens already."""

import sys
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from deploygen.demo.client import pages
from deploygen.demo.client.application import Answer, Application, Request


class Server(ThreadingHTTPServer):
    """One of the two addresses of localhost."""

    daemon_threads = True

    def __init__(self, listening: socket, application: Application) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.application = application
        self.host = urlsplit(application.party.origin).netloc
        self.cookie = f"sample_client_{urlsplit(application.party.origin).port}"
        self.policy = pages.security_policy(application.party.issuer)


class _Handler(BaseHTTPRequestHandler):
    timeout = 30  # seconds for a silent browser
    server_version = "sample-client"
    sys_version = ""
    server: Server

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        origin = self.headers.get("Origin", self.server.application.party.origin)
        if self.headers.get("Host") != self.server.host:  # another name would be a rebound one
            answer = _plain(HTTPStatus.MISDIRECTED_REQUEST, f"This is {self.server.host} alone.")
        elif self.command == "POST" and origin != self.server.application.party.origin:
            answer = _plain(HTTPStatus.FORBIDDEN, "Another page sent this.")
        else:
            url = urlsplit(self.path)
            answer = self.server.application.answer(
                Request(
                    method=self.command,
                    path=url.path,
                    query=dict(parse_qsl(url.query)),
                    session_key=self._session_key(),
                )
            )
        self._send(answer)

    def _session_key(self) -> str:
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get(self.server.cookie)
        except CookieError:
            return ""
        return cookie.value if cookie else ""

    def _send(self, answer: Answer) -> None:
        body = answer.page.encode()
        self.send_response(answer.status)
        if answer.location is not None:
            self.send_header("Location", answer.location)
        if answer.session_key is not None:
            cookie = f"{self.server.cookie}={answer.session_key}; Path=/; HttpOnly; SameSite=Lax"
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Cache-Control", "no-store")
        # Not no-referrer: browsers then hide the Origin of our own forms too.
        self.send_header("Referrer-Policy", "same-origin")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 - the base's signature
        """Log no query: it holds codes and states."""
        status = code.value if isinstance(code, HTTPStatus) else code
        self.log_message("%s %s %s", self.command, urlsplit(self.path).path, status)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's signature
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")


def _plain(status: HTTPStatus, text: str) -> Answer:
    return Answer(status=status, page=pages.problem(text))
