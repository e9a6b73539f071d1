"""A request, byte for byte."""

import io
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

_DECODE = (
    "python3 -c 'import sys, urllib.parse;"
    " sys.stdout.buffer.write(urllib.parse.unquote_to_bytes(sys.stdin.read()))'"
)


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    def environ(self) -> dict[str, Any]:
        """As gunicorn hands it to the site (PEP 3333)."""
        path, _, query = self.target.partition(b"?")
        made: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.66",
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": io.StringIO(),
        }
        for name, value in self.headers:
            key = name.decode("ascii").upper().replace("-", "_")
            key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
            made[key] = value.decode("latin-1")
        return made

    def raw(self) -> bytes:
        """As it goes over a connection, which the answer ends."""
        lines = [
            b"%s %s HTTP/1.1" % (self.method.encode(), self.target),
            *(b"%s: %s" % header for header in self.headers),
            b"Content-Length: %d" % len(self.body),
            b"Connection: close",
        ]
        return b"\r\n".join([*lines, b"", self.body])

    def __repr__(self) -> str:
        """A command for bash that sends it to a server on port 8000."""
        words = ["curl", "-i", "--path-as-is", "-X", shlex.quote(self.method)]
        for name, value in self.headers:
            words += ["-H", _quoted(name + b": " + value)]
        if self.body:
            words += ["--data-binary", "@-"]
        words.append(_quoted(b"http://127.0.0.1:8000" + self.target))
        sends = " ".join(words)
        if not self.body:
            return sends
        return f"printf %s {quote_from_bytes(self.body)} | {_DECODE} | {sends}"


def _quoted(value: bytes) -> str:
    r"""For bash, which reads `$'\xff'` as that byte."""
    plain = "".join(
        chr(one) if 32 <= one < 127 and one not in b"'\\" else f"\\x{one:02x}" for one in value
    )
    return f"$'{plain}'"
