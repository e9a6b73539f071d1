"""What nobody but its owner may learn is neither in the database nor in what a process prints.

People, a client and an administrator do what they do; whatever is secret of it, on the wire or in
memory, is then looked for in a dump of the database, in its server's log and in the provider's.
"""

import base64
import os
import re
import secrets
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from oidc_server.provider import tokens
from oidc_server.sessions import at_rest
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import Cluster, free_port
from tests.oidc_server.running import submit

SHORTEST = 16  # what is shorter is no secret, but a cookie that is taken away
TOKENS = ("access_token", "refresh_token", "id_token")
PRIVATE_KEYS = """
from oidc_provider.models import RSAKey
from oidc_server.sealing import unseal
print(*(unseal(key.key) for key in RSAKey.objects.all()))
"""
SESSIONS = """
from django.contrib.sessions.models import Session
print([session.get_decoded() for session in Session.objects.all()])
"""


def new() -> str:
    return secrets.token_urlsafe(24)


@dataclass(kw_only=True)
class World:
    """A running provider, everything secret about it so far, and what its processes printed."""

    provider: running.Running
    variables: dict[str, str]
    passwords: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict)  # each with what it is
    printed: list[str] = field(default_factory=list)

    def know(self, what: str, *values: str) -> None:
        self.secrets |= dict.fromkeys((value for value in values if len(value) >= SHORTEST), what)

    def browser(self) -> httpx.Client:
        made = self.provider.browser()
        made.event_hooks["response"].append(self._listen)
        return made

    def _listen(self, answer: httpx.Response) -> None:
        answer.read()
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.know(f"the cookie {name}", value, re.split(r"[.:]", value)[0])
        self.know("a form's CSRF token", *re.findall(r'csrf\w+" value="(\w+)"', answer.text))
        going = httpx.URL(answer.headers.get("location", "")).params
        self.know("a code", going.get("code", ""))

    def call(self, path: str, **form: str) -> dict[str, Any]:
        """As the wiki's server calls."""
        secret = self.variables["OIDC_CLIENT_SECRET"]
        client = {"client_id": flow.CLIENT_ID, "client_secret": secret}
        address = f"http://127.0.0.1:{self.provider.port}/uc/oauth/{path}"
        answer = httpx.post(address, data={**client, **form}, timeout=60)
        told: dict[str, Any] = answer.json() if answer.content else {}
        for name in TOKENS:
            self.know(f"an {name}", told.get(name, ""))
        return told

    def know_private_keys(self) -> None:
        for pem in self.run("shell", "-v0", "-c", PRIVATE_KEYS).split("-----BEGIN"):
            lines = pem.splitlines()[1:-1]  # the first of which are alike in all keys
            self.know("a private key", *(line for line in lines[1:] if len(line) == 64))

    @property
    def callback(self) -> str:
        return f"{self.provider.wiki}/auth/oidc.callback"

    def run(self, *arguments: str) -> str:
        done = running.command(*arguments, variables=self.variables)
        self.printed.append(done.stderr)
        return done.stdout


def authorize(world: World, browser: httpx.Client, username: str, *passwords: str) -> str:
    """The code at the end of a sign-in, at which these passwords are tried."""
    answer = browser.get(
        "/uc/oauth/authorize",
        params={
            "response_type": "code",
            "client_id": flow.CLIENT_ID,
            "redirect_uri": world.callback,
            "scope": "openid profile email",
        },
    )
    sign_in = answer.headers["location"]
    for password in passwords:
        answer = submit(browser, sign_in, username=username, password=password)
    if passwords:
        answer = browser.get(answer.headers["location"])
    return str(httpx.URL(answer.headers["location"]).params["code"])


# What they do


def a_person_signs_in(world: World) -> None:
    wrong = new()
    world.know("a wrong password, also typed for a name", wrong)
    code_grant = {"grant_type": "authorization_code", "redirect_uri": world.callback}
    with world.browser() as browser:
        submit(browser, "/uc/accounts/login/", username=wrong, password=wrong)
        code = authorize(world, browser, "admin", wrong, world.passwords["admin"])
        unused = authorize(world, browser, "admin")
        first = world.call("token", code=code, **code_grant)
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        assert world.call("token", **refresh) != first
        latest = world.call("token", **refresh)
        bearer = {"authorization": f"Bearer {latest['access_token']}"}
        assert browser.get("/uc/oauth/userinfo", headers=bearer).status_code == 200
        assert world.call("introspect", token=latest["access_token"])["active"]
        browser.get("/uc/oauth/userinfo", params={"access_token": latest["access_token"]})
        browser.get("/uc/missing", params={"code": unused, "token": latest["refresh_token"]})
        assert "error" in world.call("token", code=code, **code_grant)  # and all has ended
        assert "error" in world.call("token", **refresh)
        world.call("revoke", token=latest["refresh_token"])
        browser.get("/uc/oauth/end-session", params={"id_token_hint": latest["id_token"]})


def a_person_changes_their_password(world: World) -> None:
    old, world.passwords["admin"] = world.passwords["admin"], new()
    changed = {f"new_password{number}": world.passwords["admin"] for number in (1, 2)}
    world.know("a changed password", world.passwords["admin"])
    with world.browser() as browser:
        authorize(world, browser, "admin", old)
        submit(browser, "/uc/accounts/password/", old_password=f"{old}?", **changed)
        done = submit(browser, "/uc/accounts/password/", old_password=old, **changed)
        assert done.headers["location"] == "/uc/accounts/password/done/"


def an_administrator_makes_a_user(world: World) -> None:
    first, second = new(), new()
    world.know("a user's password", first, second)
    bob = {"username": "bob", "name": "Bob", "email": "bob@example.com"}
    users = "/uc/admin/accounts/user"
    with world.browser() as browser:
        authorize(world, browser, "admin", world.passwords["admin"])
        made = submit(browser, f"{users}/add/", **bob, password1=first, password2=first)
        form = made.headers["location"].replace("/change/", "/password/")
        assert submit(browser, form, password1=second, password2=second).status_code == 303
    with world.browser() as browser:
        assert authorize(world, browser, "bob", second)


def links_are_made_and_used(world: World) -> None:
    made = [
        world.run("invite", "carol", "carol@example.com"),
        world.run("create_user", "dave", "dave@example.com", "--invite", "--json"),
        world.run("admin_link"),
    ]
    unused = world.run("invite", "carol")
    links = [re.findall(r"http[^\s\"]+key=[\w-]+", text)[0] for text in (*made, unused)]
    keys = [httpx.URL(link).params["key"] for link in links]
    world.know("a link's key", *keys)
    carols_first, daves, admins, carols = (httpx.URL(link).raw_path.decode() for link in links)
    world.passwords["admin"] = new()
    for address, password, status in [
        (carols_first, new(), None),
        (carols, new(), 303),
        (daves, new(), 303),
        (admins, world.passwords["admin"], 303),
        (carols, new(), None),
    ]:
        world.know("a password set by a link", password)
        with world.browser() as browser:
            page = browser.get(address).headers["location"]
            form = {f"new_password{number}": password for number in (1, 2)}
            answer = submit(browser, page, **form)
            assert answer.status_code == (status or 403)  # there was no form to fill in


def keys_rotate(world: World) -> None:
    for arguments in ([], ["--revoke"]):
        world.know_private_keys()
        world.printed.append(world.run("rotate_keys", *arguments))
        a_person_signs_in(world)
    world.know_private_keys()


STEPS: list[Callable[[World], None]] = [
    a_person_signs_in,
    a_person_changes_their_password,
    an_administrator_makes_a_user,
    links_are_made_and_used,
    keys_rotate,
]


@pytest.fixture
def world(postgresql: Cluster | None, tmp_path: Path) -> Iterator[World]:
    unique = {name: new() for name in ("OIDC_CLIENT_SECRET", "ADMIN_PASSWORD", "SECRET_KEY")}
    unique["SECRET_KEY"] *= 2
    unique["ENCRYPTION_KEY"] = secrets.token_hex(32)
    metrics_port = free_port()
    variables = running.fresh(postgresql, tmp_path, **unique, METRICS_PORT=str(metrics_port))
    made = running.command("init", variables=variables)
    log = tmp_path / "log"
    with running.serve(variables, running.port_of(variables), log) as provider:
        world = World(
            provider=provider,
            variables=variables,
            passwords={"admin": unique["ADMIN_PASSWORD"]},
            printed=[made.stdout, made.stderr],
        )
        for name, value in unique.items():
            world.know(name, value)
        yield world


@pytest.mark.timeout(300)
def test_no_secret_is_in_the_database_or_in_a_log(world: World, postgresql: Cluster | None) -> None:
    for step in STEPS:
        step(world)
    clean = world.run("clean_up")
    metrics = httpx.get(f"http://127.0.0.1:{world.variables['METRICS_PORT']}/metrics").text
    places = {
        "the database": dump(world, postgresql),
        "its sessions": world.run("shell", "-v0", "-c", SESSIONS),
        "the database server's log": log_of(postgresql),
        "the provider's log": world.provider.log.read_text(),
        "its metrics": metrics,
        "what else was printed": "\n".join([*world.printed, clean]),
    }

    found = {
        f"{what} in {place}"
        for place, text in places.items()
        for secret, what in world.secrets.items()
        if any(form in text for form in forms(secret))
    }

    assert not found
    assert len(world.secrets) > 100
    # They are where it was looked: in the forms that they may have.
    assert {"a code", "an id_token", "a private key"} <= set(world.secrets.values())
    assert any(tokens.digest(secret) in places["the database"] for secret in world.secrets)
    assert any(at_rest(secret) in places["the database"] for secret in world.secrets)
    assert '"kind": "sign-in accepted"' in places["the provider's log"]
    assert "_auth_user_id" in places["its sessions"]


def forms(secret: str) -> set[str]:
    """As it may lie somewhere: written out, in an address, in bytes of PostgreSQL's, in base64."""
    raw = secret.encode()
    in_base64 = (base64.b64encode(raw), base64.urlsafe_b64encode(raw))
    return {secret, quote(secret, safe=""), raw.hex(), *(one.decode()[:-4] for one in in_base64)}


def dump(world: World, postgresql: Cluster | None) -> str:
    if postgresql is None:
        with sqlite3.connect(world.variables["SQLITE_PATH"]) as database:
            return "\n".join(database.iterdump())
    command = [
        *(str(postgresql.binaries / "pg_dump"), "-h", "127.0.0.1", "-p", str(postgresql.port)),
        *("-U", world.variables["DATABASE_USER"], world.variables["DATABASE_NAME"]),
    ]
    password = {"PGPASSWORD": world.variables["DATABASE_PASSWORD"]}
    dumped = subprocess.run(command, env=os.environ | password, capture_output=True, check=True)
    return dumped.stdout.decode()


def log_of(postgresql: Cluster | None) -> str:
    return (postgresql.data.parent / "log").read_text() if postgresql else ""
