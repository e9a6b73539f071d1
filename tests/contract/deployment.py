"""A generated deployment that can be made to break its contract with Outline, and mended again."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.contract.browser import StrictPerson
from tests.e2e.stack import Stack

SETTLED_WITHIN = 60  # seconds
FOUND_WITHIN = 10


@dataclass
class Deployment:
    """A running stack, what of its files was changed, and whom that concerns."""

    stack: Stack
    # Out of its text form, because secrets are in these files.
    _originals: dict[Path, tuple[bytes | None, str]] = field(default_factory=dict, repr=False)
    _stale: set[str] = field(default_factory=set, repr=False)

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def name(self) -> str:
        return self.stack.config["COMPOSE_PROJECT_NAME"]

    @property
    def listener(self) -> str:
        """Return the host and port that the gateway is published at."""
        return f"127.0.0.1:{self.port}"

    @property
    def port(self) -> str:
        return self.stack.config["HTTP_PORT"] or self.url.rpartition(":")[2]

    def person(self) -> StrictPerson:
        """Return somebody who is not signed in."""
        return StrictPerson(self.url, listener=self.listener)

    def sign_in(self, person: StrictPerson) -> str:
        """Sign in as the first admin and return the address where that ends."""
        config = self.stack.config
        page = person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        assert page.is_success, f"{page.request.url}: {page.status_code} {page.text[:300]}"
        return str(page.request.url)

    def signed_in(self) -> StrictPerson:
        """Return the first admin, signed in."""
        person = self.person()
        end = self.sign_in(person)
        assert end.startswith(f"{self.url}/"), f"sign-in ended at {end}"
        assert person.who() is not None, f"sign-in ended at {end}"
        return person

    def health(self, service: str) -> str:
        """Return starting, healthy, unhealthy, done (a one-shot) or failing (it ends or ended)."""
        container = self.stack.containers()[service]
        state = container["State"]
        if container["RestartCount"] or state["Restarting"]:
            return "failing"
        if not state["Running"]:
            return "done" if state["ExitCode"] == 0 else "failing"
        health: str = state["Health"]["Status"]
        return health

    def set_variables(self, changes: Mapping[str, str | None]) -> None:
        """Change variables of Outline's env file, or take them out (None)."""
        path = self.stack.folder / "env" / "outline.env"
        lines = [
            line for line in path.read_text().splitlines() if line.partition("=")[0] not in changes
        ]
        lines += [
            f'{name}="{self._filled(value)}"'
            for name, value in changes.items()
            if value is not None
        ]
        self._write(path, "\n".join([*lines, ""]), "outline")

    def edit(self, file: str, service: str, replacements: Mapping[str, str]) -> None:
        """Replace text in a generated file that ``service`` is made from."""
        path = self.stack.folder / file
        text = path.read_text()
        for pattern, new in replacements.items():
            text, count = re.subn(pattern, self._filled(new), text)
            if not count:
                raise LookupError(f"{file} has nothing like {pattern!r} to break")
        self._write(path, text, self._filled(service))

    def override(self, service: str, settings: Mapping[str, Any]) -> None:
        """Set more of a service, in the file that compose reads after the generated one."""
        path = self.stack.folder / "docker-compose.override.yml"
        self._write(path, yaml.safe_dump({"services": {service: dict(settings)}}), service)

    def mend(self) -> None:
        """Put every changed file back; the services follow at the next ``settle``."""
        for path, (content, service) in self._originals.items():
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
            self._stale.add(service)
        self._originals.clear()

    def settle(self) -> None:
        """Make the services of changed files anew; wait until each is healthy, done or failing."""
        services = sorted(self._stale)
        if services:
            self.stack.compose("up", "--detach", "--no-deps", "--force-recreate", *services)
        deadline = time.monotonic() + SETTLED_WITHIN
        for service in services:
            while self.health(service) == "starting" and time.monotonic() < deadline:
                time.sleep(0.2)
        self._stale.clear()
        if services:
            self._found_by_the_gateway()

    def _found_by_the_gateway(self) -> None:
        """Wait while the gateway asks at an address that a container has left, if that is all."""
        deadline = time.monotonic() + FOUND_WITHIN
        while self.health("outline") == "healthy" and time.monotonic() < deadline:
            try:
                answer = self.person().request("GET", "/_health")
            except httpx.HTTPError:
                return
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return
            time.sleep(0.2)

    def _filled(self, text: str) -> str:
        return text.replace("NAME", self.name).replace("PORT", self.port)

    def _write(self, path: Path, text: str, service: str) -> None:
        original = path.read_bytes() if path.exists() else None
        self._originals.setdefault(path, (original, service))
        path.write_text(text)
        self._stale.add(service)
