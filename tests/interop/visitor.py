"""A person with a browser that has no screen, or a real one."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.interop.clients import Client
from tests.oidc_server import flow
from tests.oidc_server.running import Gateway, Running


class Visitor:
    """`page` is the answer that is looked at. What is for the provider goes by the gateway."""

    def __init__(self, provider: Running) -> None:
        self._browser = httpx.Client(
            follow_redirects=True,
            mounts={provider.address: Gateway(provider.port, "192.0.2.1")},
            timeout=30,
            trust_env=False,
        )
        self.page = httpx.Response(0)

    def open(self, address: str) -> httpx.Response:
        self.page = self._browser.get(address)
        self._go_on()
        return self.page

    def sign_in(self, client: Client) -> dict[str, Any]:
        """Returns the session that the client has then."""
        self.open(f"{client.address}/sign-in")
        self.fill_in()
        return self.session(client)

    def fill_in(self) -> None:
        assert self.is_asked_to_sign_in()
        self._submit(username="admin", password=flow.PASSWORD)
        self._go_on()

    def session(self, client: Client) -> dict[str, Any]:
        assert str(self.page.url).startswith(f"{client.address}/"), self.page.text
        session: dict[str, Any] = self.page.raise_for_status().json()
        return session

    def is_asked_to_sign_in(self) -> bool:
        return 'type="password"' in self.page.text

    def _go_on(self) -> None:
        """Say yes to what a public client wants to know, and do what the page's script would."""
        if 'action="/uc/oauth/consent"' in self.page.text:
            self._submit(allow="yes")
        if "form_post.js" in self.page.text:
            self._submit()

    def _submit(self, **fields: str) -> None:
        hidden = r'<input type="hidden" name="([^"]*)" value="([^"]*)"'
        form = {
            unescape(name): unescape(value) for name, value in re.findall(hidden, self.page.text)
        }
        found = re.search(r'<form[^>]*action="([^"]*)"', self.page.text)
        target = urljoin(str(self.page.url), unescape(found[1]) if found else "")
        origin = f"{self.page.url.scheme}://{self.page.url.netloc.decode()}"
        self.page = self._browser.post(target, data=form | fields, headers={"origin": origin})
