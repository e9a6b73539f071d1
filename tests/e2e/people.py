"""People at the wiki with a plain HTTP client: sign in, upload, manage users, sign out.

The client keeps cookies by name alone and follows redirects itself: Python's cookie jar refuses
``Domain=localhost``, which browsers take.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 12
_FIELD = re.compile(r'<input[^>]*name="csrfmiddlewaretoken"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Attachment:
    """An uploaded file: the wiki's address for it, and the storage's answer to the upload."""

    url: str
    stored: httpx.Response


@dataclass
class Person:
    """One person's browser, without the browser. ``wiki`` is the wiki's address.

    ``addresses`` tells where host names lead, as a file of hosts does.
    """

    wiki: str
    cookies: dict[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send one request, without following where it leads."""
        url = urljoin(self.wiki, url)
        headers = dict(options.pop("headers", {}))
        if _same_host(url, self.wiki):
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        address, host = _reachable(url, self.addresses)
        response = self._http.request(method, address, headers={"Host": host, **headers}, **options)
        if _same_host(url, self.wiki):
            self._remember(response)
        response.request.url = httpx.URL(url)
        return response

    def follow(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send a request and go where redirects lead, as a browser does."""
        url = urljoin(self.wiki, url)
        response = self.request(method, url, **options)
        for _ in range(_MOST_REDIRECTS):
            if response.status_code not in _REDIRECTS:
                return response
            url = urljoin(url, response.headers["location"])
            response = self.request("GET", url)
        raise AssertionError(f"more than {_MOST_REDIRECTS} redirects, the last to {url}")

    def post_form(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Fill in the Django form of ``page`` and send it to where the page is."""
        token = _FIELD.search(page.text)
        assert token, f"no form at {page.request.url}: {page.status_code} {page.text[:300]}"
        url = str(page.request.url)
        return self.follow(
            "POST",
            url,
            data={"csrfmiddlewaretoken": unescape(token.group(1)), **fields},
            headers={"Referer": url, "Origin": _origin(url)},
        )

    def sign_in(self, username: str, password: str) -> httpx.Response:
        """Go to the wiki, through the provider's sign-in page, and return where that ends."""
        page = self.follow("GET", "/auth/oidc")
        if _FIELD.search(page.text):
            page = self.post_form(page, username=username, password=password)
        return page

    def who(self) -> dict[str, Any] | None:
        """Return the user that the wiki takes this person for, or None if it asks to sign in."""
        response = self.call("auth.info")
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return None
        response.raise_for_status()
        user: dict[str, Any] = response.json()["data"]["user"]
        return user

    def call(self, method: str, **body: Any) -> httpx.Response:
        """Call the wiki's API as its pages do."""
        return self._post(f"/api/{method}", json=body)

    def storage_check(self) -> dict[str, Any]:
        """Have the wiki's server put, get and delete a file, from inside its container."""
        return self._json(self._post("/standin/storage-check"))

    def send_mail(self) -> dict[str, Any]:
        """Have the wiki's server send this person a mail."""
        return self._json(self._post("/standin/mail"))

    def revalidate(self) -> dict[str, Any]:
        """Let over an hour pass, so that the wiki asks the provider again."""
        return self._json(self._post("/standin/revalidate?minutes=115"))

    def upload(self, name: str, content: bytes) -> Attachment:
        """Upload as a browser does: ask the wiki for a form or an address, send the file there."""
        created = self._json(
            self.call("attachments.create", name=name, contentType="text/plain", size=len(content))
        )["data"]
        origin = {"Origin": _origin(self.wiki)}
        if created["mode"] == "put":
            headers = {**created["headers"], **origin}
            stored = self.request("PUT", created["url"], content=content, headers=headers)
        else:
            stored = self.request(
                "POST",
                created["uploadUrl"],
                data=created["form"],
                files={"file": (name, content)},
                headers=origin,
            )
        return Attachment(url=created["attachment"]["url"], stored=stored)

    def download(self, attachment: Attachment) -> httpx.Response:
        return self.follow("GET", attachment.url)

    def sign_out(self) -> httpx.Response:
        """Sign out as the wiki's menu does, and return where that ends."""
        self.call("auth.delete")
        return self.follow("GET", "/auth/oidc.logout")

    def _post(self, url: str, **options: Any) -> httpx.Response:
        token = self.cookies.get("__Host-csrfToken") or self.cookies.get("csrfToken", "")
        return self.request("POST", url, headers={"x-csrf-token": token}, **options)

    @staticmethod
    def _json(response: httpx.Response) -> dict[str, Any]:
        assert response.is_success, (
            f"{response.request.url}: {response.status_code} {response.text}"
        )
        answer: dict[str, Any] = response.json()
        return answer

    def _remember(self, response: httpx.Response) -> None:
        for header in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0" or not morsel.value or "1970" in morsel["expires"]:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


@dataclass
class Admin(Person):
    """Somebody who manages the wiki's users in the Django admin."""

    def enter(self, username: str, password: str) -> None:
        page = self.follow("GET", "/uc/admin/")
        if _FIELD.search(page.text) and 'name="password"' in page.text:
            page = self.post_form(page, username=username, password=password)
        assert page.request.url.path == "/uc/admin/", page.text[:500]

    def make_user(self, username: str, email: str, password: str) -> None:
        page = self.follow("GET", "/uc/admin/accounts/user/add/")
        done = self.post_form(
            page,
            username=username,
            email=email,
            password1=password,
            password2=password,
        )
        assert "errornote" not in done.text, done.text

    def turn_off(self, username: str) -> None:
        """Take the tick from "active" on the user's page, as an admin would."""
        found = self.follow("GET", f"/uc/admin/accounts/user/?q={username}")
        link = re.search(r'href="(/uc/admin/accounts/user/\d+/change/[^"]*)"', found.text)
        assert link, f"no user {username} in the admin"
        page = self.follow("GET", unescape(link.group(1)))
        fields = _filled_fields(page.text)
        fields.pop("is_active", None)
        done = self.post_form(page, **fields)
        assert "errornote" not in done.text, done.text


def _filled_fields(html: str) -> dict[str, str]:
    """Return what the form of an admin page would send unchanged: inputs, ticks and choices."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]+>", html):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if not name or kind in {"submit", "file"} or name == "csrfmiddlewaretoken":
            continue
        if kind == "checkbox" and " checked" not in tag:
            continue
        fields[name] = unescape(attributes.get("value", "on"))
    fields["_save"] = "Save"
    return fields


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _same_host(one: str, other: str) -> bool:
    return urlsplit(one).netloc == urlsplit(other).netloc


def _reachable(url: str, addresses: Mapping[str, str]) -> tuple[str, str]:
    """Return the address to connect to and the Host to send: *.localhost is loopback (RFC 6761)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = "127.0.0.1" if host.endswith(".localhost") else addresses.get(host)
    if address is None:
        return url, parts.netloc
    return parts._replace(netloc=f"{address}:{parts.port or 80}").geturl(), parts.netloc
