"""The clients that are tried: programs of their own, each by another library, with the same pages.

`/` shows who is signed in and by which tokens, or is a 401; `/sign-in`, `/refresh` and `/sign-out`
do what they say.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.oidc_server.running import Running
from tests.rig.clients import APACHE, APACHE_MODULES
from tests.rig.node_packages import node

PROGRAMS = Path(__file__).parent / "programs"
SECRET = "of a client: 100%, a+b/c"
_PATIENCE = 30  # seconds


def _reserved() -> socket.socket:
    """Holds a port, since it is registered long before a program listens there."""
    place = socket.socket()
    # With this option, which servers set as well, it is no hindrance to them.
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    return place


@dataclass(frozen=True, kw_only=True)
class Client:
    """One without a secret is a public one. `settings` are what else its program is told.

    It is another site than the provider, and not just another origin: browsers send cookies that
    are `SameSite` to the one from the other with links alone.
    """

    name: str
    command: tuple[str | Path, ...]
    secret: str = SECRET
    settings: dict[str, str] = field(default_factory=dict)
    refresh: Callable[[str, dict[str, Any]], str] = lambda address, _session: f"{address}/refresh"
    place: socket.socket = field(default_factory=_reserved, repr=False)

    @property
    def port(self) -> int:
        return int(self.place.getsockname()[1])

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def registration(self) -> dict[str, Any]:
        secret = {"client_type": "confidential", "client_secret": self.secret}
        return {
            "client_id": self.name,
            **(secret if self.secret else {}),
            "_redirect_uris": f"{self.address}/callback",
            "_post_logout_redirect_uris": self.address,
        }

    @contextmanager
    def running(self, provider: Running, folder: Path) -> Iterator[None]:
        told = {
            "ADDRESS": self.address,
            "PORT": str(self.port),
            "CLIENT_ID": self.name,
            "CLIENT_SECRET": self.secret,
            "ISSUER": f"{provider.address}/uc/oauth",
            "FOLDER": str(folder),
            "MODULES": str(APACHE_MODULES),
            **self.settings,
        }
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command,
                env={"PATH": os.environ["PATH"], **told},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)
            sys.stdout.write(log.read_text())  # pytest shows it when a test failed
        assert not self._answers(), "a child of the program is left"

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            assert process.poll() is None, "it ended"
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            httpx.get(f"http://127.0.0.1:{self.port}/", trust_env=False)
        except httpx.TransportError:
            return False
        return True


def _apaches_refresh(address: str, session: dict[str, Any]) -> str:
    """mod_auth_openidc wants to know that whoever asks has the token that they want renewed."""
    asked = {"refresh": f"{address}/", "access_token": session["access_token"]}
    return f"{address}/callback?{urlencode(asked)}"


_OUTLINE = (node(), PROGRAMS / "outline.mjs")
_OPENID_CLIENT = (node(), PROGRAMS / "openid_client.mjs")
_APACHE = (APACHE, "-DFOREGROUND", "-f", PROGRAMS / "apache.conf")
CLIENTS = (
    Client(name="passport-oauth2", command=_OUTLINE),
    Client(name="passport-oauth2-by-issuer", command=_OUTLINE, settings={"DISCOVERY": "yes"}),
    Client(name="openid-client", command=_OPENID_CLIENT),
    Client(name="openid-client-public", command=_OPENID_CLIENT, secret=""),
    Client(
        name="openid-client-form-post",
        command=_OPENID_CLIENT,
        settings={"RESPONSE_MODE": "form_post"},
    ),
    Client(name="authlib", command=(sys.executable, PROGRAMS / "with_authlib.py")),
    Client(name="mod_auth_openidc", command=_APACHE, refresh=_apaches_refresh),
)
