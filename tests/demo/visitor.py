"""Someone at a browser, without a browser: follows links and fills in forms."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin

import httpx


class Visitor:
    """A browser session with its cookies. `page` is the answer that is looked at."""

    def __init__(self) -> None:
        self._client = httpx.Client(follow_redirects=True, timeout=20, trust_env=False)
        self.page = httpx.Response(0)

    def open(self, url: str) -> httpx.Response:
        self.page = self._client.get(url)
        return self.page

    def submit(self, action: str | None = None, **fields: str) -> httpx.Response:
        """Send the page's form, its hidden fields included; `action` tells which of several."""
        form = self._form(action)
        hidden = {
            html.unescape(name): html.unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form
            )
        }
        found = re.search(r'<form[^>]*action="([^"]*)"', form)
        target = urljoin(str(self.page.url), html.unescape(found.group(1)) if found else "")
        origin = f"{self.page.url.scheme}://{self.page.url.netloc.decode()}"
        self.page = self._client.post(
            target,
            data={**hidden, **fields},
            headers={"Origin": origin, "Referer": str(self.page.url)},
        )
        return self.page

    def sign_in(self, told: dict[str, Any]) -> httpx.Response:
        """Go from the sample client's page to the provider and back."""
        self.open(told["client_url"])
        self.open(urljoin(told["client_url"], "/sign-in"))
        return self.submit(username=told["admin_username"], password=told["admin_password"])

    def is_asked_to_sign_in(self) -> bool:
        return 'type="password"' in self.page.text

    def table(self, key: str) -> dict[str, str]:
        """Return a table of the sample client's page."""
        found = re.search(rf'<table id="{key}">(.*?)</table>', self.page.text, re.DOTALL)
        assert found, self.page.text
        rows = re.findall(r"<th[^>]*>(.*?)</th><td><code>(.*?)</code></td>", found.group(1))
        return {html.unescape(name): html.unescape(value) for name, value in rows}

    def _form(self, action: str | None) -> str:
        forms: list[str] = re.findall(r"<form.*?</form>", self.page.text, re.DOTALL)
        return next(form for form in forms if action is None or f'action="{action}"' in form)
