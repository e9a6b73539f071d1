"""The provider as a deployment runs it: `init`, then `serve`, in processes of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.oidc_server import flow
from tests.oidc_server.postgresql import PASSWORD, USER, Cluster, free_port

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = ("-m", "oidc_server")
_PATIENCE = 60  # seconds


def environment(port: int, **changes: str) -> dict[str, str]:
    """Nothing of the tests' own environment but what finds programs and their libraries."""
    address = f"http://127.0.0.1:{port}"
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ
    }
    return inherited | {
        "SITE_URL": address,
        "WIKI_URL": address,
        "WIKI_NAME": "Running Wiki",
        "SECRET_KEY": "for-tests-only-" + "0123456789abcdef" * 3,
        "ENCRYPTION_KEY": "0123456789abcdef" * 4,
        "DEPLOYMENT_NAME": "running",
        "OIDC_CLIENT_ID": flow.CLIENT_ID,
        "OIDC_CLIENT_SECRET": flow.CLIENT_SECRET,
        "ADMIN_USERNAME": "admin",
        "ADMIN_EMAIL": "admin@example.com",
        "ADMIN_PASSWORD": flow.PASSWORD,
        **changes,
    }


def fresh(postgresql: Cluster | None, folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a deployment on a database of its own."""
    if postgresql is None:
        return environment(free_port(), SQLITE_PATH=str(folder / "db.sqlite3"), **changes)
    name = f"running_{uuid4().hex}"
    postgresql.create_database(name)
    return environment(
        free_port(),
        DATABASE_HOST="127.0.0.1",
        DATABASE_PORT=str(postgresql.port),
        DATABASE_NAME=name,
        DATABASE_USER=USER,
        DATABASE_PASSWORD=PASSWORD,
        **changes,
    )


def port_of(variables: dict[str, str]) -> int:
    return int(variables["SITE_URL"].rpartition(":")[2])


def command(
    *arguments: str, variables: dict[str, str], check: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "oidc_server", *arguments],
        cwd=REPOSITORY,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=check,
    )


class Gateway(httpx.BaseTransport):
    """Takes a browser's requests to the provider, and says what the gateway says of them."""

    def __init__(self, port: int, client: str) -> None:
        self._port = port
        self._client = client
        self._onward = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = request.headers.copy()
        headers["x-forwarded-proto"] = request.url.scheme
        headers["x-forwarded-for"] = headers["x-real-ip"] = self._client
        return self._onward.handle_request(
            httpx.Request(
                request.method,
                request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port),
                headers=headers,
                stream=request.stream,
            )
        )

    def close(self) -> None:
        self._onward.close()


def submit(browser: httpx.Client, path: str, **values: str) -> httpx.Response:
    """Fills in the form of the page at `path`."""
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get(path).text)
    form = {name: unescape(value) for name, value in hidden} | values
    return browser.post(path, data=form, headers={"origin": str(browser.base_url).rstrip("/")})


@dataclass(frozen=True, kw_only=True)
class Running:
    """`address` is where browsers find it, `wiki` where they find the wiki."""

    address: str
    wiki: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def browser(self, client: str = "192.0.2.1") -> httpx.Client:
        """A browser at the address `client`, which comes by the gateway."""
        return httpx.Client(base_url=self.address, timeout=30, transport=Gateway(self.port, client))

    def sign_in(self, client: str = "192.0.2.1") -> dict[str, Any]:
        """A whole sign-in with a session of its own; the tokens, as the wiki would get them."""
        code, session = self.authorize(client)
        answer = self.exchange(code)
        answer.raise_for_status()
        return {**answer.json(), "code": code, "session": session}

    def authorize(self, client: str = "192.0.2.1") -> tuple[str, str]:
        """What a browser gets by a sign-in: a code, and the key of its session."""
        with self.browser(client) as browser:
            page = browser.get(
                "/uc/oauth/authorize",
                params={
                    "response_type": "code",
                    "client_id": flow.CLIENT_ID,
                    "redirect_uri": self._callback,
                    "scope": "openid profile email",
                    "state": "of-the-running-wiki",
                },
                follow_redirects=True,
            )
            form = dict(re.findall(r'name="(csrfmiddlewaretoken|next)" value="([^"]*)"', page.text))
            back = browser.post(
                "/uc/accounts/login/",
                headers={"origin": self.address},
                data={
                    "username": "admin",
                    "password": flow.PASSWORD,
                    **{name: unescape(value) for name, value in form.items()},
                },
            )
            back = browser.get(back.headers["location"])
            assert back.headers["location"].startswith(f"{self._callback}?")
            code = httpx.URL(back.headers["location"]).params["code"]
            return code, browser.cookies["running_oidc_session"]

    def exchange(self, code: str) -> httpx.Response:
        return self._token(grant_type="authorization_code", code=code, redirect_uri=self._callback)

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self._token(grant_type="refresh_token", refresh_token=refresh_token)

    def userinfo(self, tokens: dict[str, Any]) -> httpx.Response:
        return httpx.get(
            f"http://127.0.0.1:{self.port}/uc/oauth/userinfo",
            headers={"authorization": f"Bearer {tokens['access_token']}"},
            timeout=30,
        )

    @property
    def _callback(self) -> str:
        return f"{self.wiki}/auth/oidc.callback"

    def _token(self, **form: str) -> httpx.Response:
        client = {"client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}
        address = f"http://127.0.0.1:{self.port}/uc/oauth/token"
        return httpx.post(address, timeout=30, data={**client, **form})


@contextmanager
def serve(variables: dict[str, str], port: int, log: Path) -> Iterator[Running]:
    with started(variables, port, log) as running:
        wait_until(running, lambda: _is_ready(running))
        yield running


@contextmanager
def started(
    variables: dict[str, str], port: int, log: Path, program: tuple[str, ...] = PROGRAM
) -> Iterator[Running]:
    """Like `serve`, without waiting until it can answer."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *program, "serve", "--bind", f"127.0.0.1:{port}"],
            cwd=REPOSITORY,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(
            address=variables["SITE_URL"],
            wiki=variables["WIKI_URL"],
            port=port,
            process=process,
            log=log,
        )
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def wait_until(running: Running, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not happened():
        if time.monotonic() > deadline or running.process.poll() is not None:
            raise AssertionError(f"it did not happen:\n{running.log.read_text()}")
        time.sleep(0.1)


def connection(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def accepts(port: int) -> bool:
    """Whether there is a socket to connect to."""
    try:
        connection(port).close()
    except ConnectionRefusedError:
        return False
    return True


def _is_ready(running: Running) -> bool:
    try:
        ready = httpx.get(f"http://127.0.0.1:{running.port}/uc/health/ready")
    except httpx.TransportError:
        return False
    return ready.status_code == 200
