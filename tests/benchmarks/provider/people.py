"""Those who sign in, and the wiki that is told of it: one connection, kept, for all requests."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

T = TypeVar("T")
_STATE = "of-the-wiki-that-asks"
_STEPS = 10  # no way through a provider's pages is longer


class Failed(Exception):  # noqa: N818 - what happened
    """An answer was not what a sign-in wants."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A provider as its users and its wiki know it; paths are those on its one port."""

    port: int
    authorize: str
    token: str
    userinfo: str
    # Those that an administrator looks at.
    admin: tuple[str, ...] = ()
    callback: str
    client_id: str
    client_secret: str
    username: str
    password: str


@dataclass
class Person:
    """One browser with a session of its own."""

    site: Site
    _cookies: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def enter(self) -> None:
        """Sign in by password, and agree to whatever the provider asks."""
        where: str = self._request()
        for _ in range(_STEPS):
            answer, body = self._browse("GET", where)
            back = answer.headers["Location"]
            while back and not back.startswith(self.site.callback):
                where = urljoin(where, back)
                answer, body = self._browse("GET", where)
                back = answer.headers["Location"]
            if back:
                return
            page = body.decode()
            where = self._submit(page, where)
            if where.startswith(self.site.callback):
                return
        raise Failed("there is no end of pages")

    def sign_in(self) -> float:
        """Return the seconds that it takes with the session open: code, tokens, claims."""
        began = time.perf_counter()
        answer, body = self._browse("GET", self._request())
        back = answer.headers["Location"] or ""
        if not back.startswith(self.site.callback):
            raise Failed(f"authorize: {answer.status} {body[:500]!r}")
        told = parse_qs(urlsplit(back).query)
        if "code" not in told or told["state"] != [_STATE]:
            raise Failed(f"authorize: {back}")
        tokens = self._tokens(told["code"][0])
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer, body = self._ask("GET", self.site.userinfo, headers=bearer)
        if answer.status != 200 or not json.loads(body)["sub"] or not tokens["id_token"]:
            raise Failed(f"userinfo: {answer.status} {body[:500]!r}")
        return time.perf_counter() - began

    def look_around(self) -> None:
        """Visit what an administrator sees."""
        for path in self.site.admin:
            answer, body = self._browse("GET", path)
            if answer.status != 200:
                raise Failed(f"{path}: {answer.status} {body[:500]!r}")

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()

    def _request(self) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.site.client_id,
            "redirect_uri": self.site.callback,
            "scope": "openid profile email",
            "state": _STATE,
        }
        return f"{self.site.authorize}?{urlencode(asked)}"

    def _tokens(self, code: str) -> Any:
        """What passport-oauth2 sends, by which the wiki asks."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.site.callback,
            "client_id": self.site.client_id,
            "client_secret": self.site.client_secret,
        }
        answer, body = self._ask("POST", self.site.token, form=form)
        if answer.status != 200:
            raise Failed(f"token: {answer.status} {body[:500]!r}")
        return json.loads(body)

    def _submit(self, page: str, where: str) -> str:
        """Fill in the page's form; return where that leads."""
        form = {"username": self.site.username, "login": self.site.username}
        form |= {"password": self.site.password, "allow": "yes"}
        for one in re.findall(r"<input[^>]*hidden[^>]*>", page):
            name, value = re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)
            if name:
                form[name[1]] = unescape(value[1]) if value else ""
        action = re.search(r'<form[^>]*action="([^"]+)"', page)
        target = urljoin(where, unescape(action[1])) if action else where
        answer, body = self._browse("POST", target, form=form)
        if answer.status not in {302, 303}:
            raise Failed(f"{target}: {answer.status} {body[-2000:]!r}")
        leads: str = urljoin(target, answer.headers["Location"])
        return leads

    def _browse(
        self, method: str, url: str, form: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies} if cookies else {}
        if form:
            headers["Origin"] = f"http://127.0.0.1:{self.site.port}"
        answer, body = self._ask(method, url, headers=headers, form=form)
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer, body

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> tuple[HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        # As by the gateway, which says whom it speaks for.
        sent = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.1"}
        sent |= {"X-Real-IP": "192.0.2.1", **(headers or {})}
        body = None
        if form is not None:
            body = urlencode(form).encode("ascii")
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, target, body=body, headers=sent)
        answer = self._connection.getresponse()
        return answer, answer.read()


@dataclass
class Crowd:
    """People who sign in at the same time, each again and again."""

    people: list[Person]

    @classmethod
    def at(cls, site: Site, clients: int) -> Crowd:
        """Each signs in by password first."""
        people = [Person(site) for _ in range(clients)]
        for person in people:
            person.enter()
        return cls(people)

    def sign_in(self, times: int) -> list[float]:
        """Return how many seconds each of `times` sign-ins took."""
        return self._each(times, Person.sign_in)

    def try_to_sign_in(self, times: int) -> list[str]:
        """Return what went wrong, of `times` sign-ins."""

        def problem(person: Person) -> str:
            try:
                person.sign_in()
            except (Failed, HTTPException, OSError) as error:
                person.hang_up()
                return str(error) or repr(error)
            return ""

        return [told for told in self._each(times, problem) if told]

    def _each(self, times: int, act: Callable[[Person], T]) -> list[T]:
        def repeatedly(person: Person, count: int) -> list[T]:
            return [act(person) for _ in range(count)]

        for person in self.people:
            person.hang_up()  # a server may have closed it since the last time
        share, rest = divmod(times, len(self.people))
        counts = [share + (number < rest) for number in range(len(self.people))]
        with ThreadPoolExecutor(len(self.people)) as threads:
            done = threads.map(repeatedly, self.people, counts)
            return [outcome for one in done for outcome in one]
