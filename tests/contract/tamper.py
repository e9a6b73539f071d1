"""A provider that misbehaves: passes requests on to the stack's own and spoils the answers.

Runs in a container of its own on the stack's network, with nothing but the standard library. The
first part of the path says how to spoil: ``http://tamper:8000/unverified/uc/oauth/userinfo``.
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

PORT = 8000
# What a client may be told to send on; Host is the real provider's own.
PASSED_ON = ("Authorization", "Content-Type", "Accept")

Answer = tuple[int, bytes]


class Tamper(BaseHTTPRequestHandler):
    provider: str

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Tokens are in these requests: say nothing."""

    def _answer(self, body: bytes | None) -> None:
        _, kind, path = self.path.split("/", 2)
        status, answer = spoil(kind, body, lambda: self._ask(path, body))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _ask(self, path: str, body: bytes | None) -> Answer:
        headers = {name: self.headers[name] for name in PASSED_ON if self.headers[name]}
        request = urllib.request.Request(f"{self.provider}/{path}", body, headers)  # noqa: S310 (http, ours)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 (http, ours)
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def spoil(kind: str, body: bytes | None, ask: Callable[[], Answer]) -> Answer:
    """Return the answer to one request, spoilt in the way that ``kind`` names."""
    form = {name: values[0] for name, values in parse_qs((body or b"").decode()).items()}
    if kind.startswith("status-"):
        return int(kind.removeprefix("status-")), b"<html>from something in between</html>"
    if kind == "always-yes":
        return 200, b'{"sub": "anybody", "email": "anybody@example.com", "name": "Anybody"}'
    if kind == "basic-only" and "client_secret" in form:
        return 401, b'{"error": "invalid_client"}'
    if kind == "refuse-refresh" and form.get("grant_type") == "refresh_token":
        return 400, b'{"error": "invalid_grant"}'
    status, answer = ask()
    return status, spoil_claims(kind, answer)


def spoil_claims(kind: str, answer: bytes) -> bytes:
    """Return a JSON answer with a claim taken out or changed."""
    if kind.startswith("without-"):
        return drop_claim(answer, kind.removeprefix("without-"))
    if kind == "unverified":
        return json.dumps({**json.loads(answer), "email_verified": False}).encode()
    return answer


def drop_claim(answer: bytes, claim: str) -> bytes:
    """Take a claim out of userinfo, or of a token answer's id_token (whose signature breaks)."""
    fields: dict[str, Any] = json.loads(answer)
    fields.pop(claim, None)
    if "id_token" in fields:
        head, payload, signature = fields["id_token"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        claims.pop(claim, None)
        spoilt = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        fields["id_token"] = f"{head}.{spoilt}.{signature}"
    return json.dumps(fields).encode()


if __name__ == "__main__":
    Tamper.provider = sys.argv[1]
    # All addresses of its own container, which publishes no port.
    ThreadingHTTPServer(("0.0.0.0", PORT), Tamper).serve_forever()
