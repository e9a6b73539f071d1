"""How somebody's requests get to a deployment: from which address, to which, whom they trust.

Names like wiki.test lead nowhere by themselves. And through the loopback interface every client
looks the same; a client that is to be told from each proxy has an address of its own here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from tests.contract.browser import StrictPerson
from tests.e2e.outer import port_of

TIMEOUT = 30  # seconds


@dataclass(frozen=True, kw_only=True)
class Way:
    """The way from a client to what answers first.

    ``client`` is the address that requests come from, ``address`` where they go for each name in
    ``hosts``, and ``ports`` leads from a URL's port to the one there.
    """

    client: str
    address: str
    hosts: frozenset[str]
    ports: Mapping[int, int]
    trusts: ssl.SSLContext = field(repr=False)

    def visitor(self, url: str) -> Visitor:
        """Return somebody who comes this way, and keeps cookies as strictly as a browser."""
        return Visitor(url, way=self)

    def connect(self, url: str) -> socket.socket:
        """Open a connection as to ``url``, with TLS if that is https."""
        where = urlsplit(url)
        port = self.ports[port_of(url)]
        plain = socket.create_connection(
            (self.address, port), timeout=TIMEOUT, source_address=(self.client, 0)
        )
        if where.scheme == "http":
            return plain
        return self.trusts.wrap_socket(plain, server_hostname=where.hostname)


class _Rerouted(httpx.BaseTransport):
    """Goes the ``way`` to its hosts, and to others as they are named."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._ours = httpx.HTTPTransport(verify=way.trusts, local_address=way.client)
        self._others = httpx.HTTPTransport(verify=way.trusts)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.host not in self._way.hosts:
            return self._others.handle_request(request)
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        port = self._way.ports[port_of(str(url))]
        request.url = url.copy_with(host=self._way.address, port=port)
        return self._ours.handle_request(request)

    def close(self) -> None:
        self._ours.close()
        self._others.close()


@dataclass
class Visitor(StrictPerson):
    """A person who comes a given way. Each host has cookies of its own; nobody else sees them."""

    way: Way = field(kw_only=True)
    _elsewhere: dict[str, Visitor] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        transport = _Rerouted(self.way)
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, trust_env=False)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send one request, with the cookies of the host that it goes to."""
        where = urlsplit(urljoin(self.wiki, url))
        if where.netloc == urlsplit(self.wiki).netloc:
            return super().request(method, url, **options)
        return self.at(f"{where.scheme}://{where.netloc}").request(method, url, **options)

    def at(self, origin: str) -> Visitor:
        """Return the same person as another host knows them, by the cookies that it gave."""
        if origin not in self._elsewhere:
            self._elsewhere[origin] = self.way.visitor(origin)
        return self._elsewhere[origin]

    def seen(self, **headers: str) -> dict[str, Any]:
        """Return how a request with ``headers`` (_ for -) arrived at the wiki."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.request("POST", "/standin/seen", headers=sent)
        assert answer.status_code == httpx.codes.OK, f"{answer.status_code}: {answer.text[:500]}"
        arrived: dict[str, Any] = answer.json()
        return arrived
