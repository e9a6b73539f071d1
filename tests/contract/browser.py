"""A person whose client keeps cookies as strictly as a browser does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import Morsel, SimpleCookie
from urllib.parse import urlsplit

import httpx

from tests.e2e.people import Person


@dataclass
class StrictPerson(Person):
    """Refuses what RFC 6265 (sections 5.3 and 5.4) has a browser refuse.

    That is a cookie for another host's domain, and a Secure or ``__Host-`` one over plain http.
    ``listener`` is where the gateway listens; https is taken off on the way there, by what stands
    in front.
    """

    listener: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if urlsplit(self.wiki).scheme == "https":
            transport = _InFront(self.listener)
            self._http = httpx.Client(timeout=30, trust_env=False, transport=transport)

    def _remember(self, response: httpx.Response) -> None:
        url = urlsplit(self.wiki)
        for header in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if not _acceptable(morsel, url.scheme, url.hostname or ""):
                    continue
                if not morsel.value or _expired(morsel):
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


class _InFront(httpx.HTTPTransport):
    """A proxy that ends https: passes the request on to ``listener`` with its Host, and no more."""

    def __init__(self, listener: str) -> None:
        super().__init__()
        self._host, _, port = listener.partition(":")
        self._port = int(port)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._host, port=self._port)
        return super().handle_request(request)


def _acceptable(morsel: Morsel[str], scheme: str, host: str) -> bool:
    # Browsers call an IPv6 address by its brackets, urlsplit without.
    domain = morsel["domain"].removeprefix(".").strip("[]")
    if domain and host != domain and not host.endswith(f".{domain}"):
        return False
    asks_for_https = morsel["secure"] or morsel.key.startswith(("__Host-", "__Secure-"))
    return scheme == "https" or not asks_for_https


def _expired(morsel: Morsel[str]) -> bool:
    if morsel["max-age"]:
        return int(morsel["max-age"]) <= 0
    expires = morsel["expires"]
    return bool(expires) and parsedate_to_datetime(expires) <= datetime.now(UTC)
