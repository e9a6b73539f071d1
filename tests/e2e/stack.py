"""A generated deployment on the real engine: made by the command line, driven by compose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploygen import shellconf
from tests.rig import engine

UP_WITHIN = 420  # seconds, image build included
DOCKER_WITHIN = 120
GATEWAY_LOGS_WITHIN = 1.5  # seconds: its access log has flush=1s


class ComposeError(Exception):
    """A compose or docker command that had to succeed did not; the message holds its output."""


@dataclass(frozen=True)
class Stack:
    """One deployment: its folder, and what its config.sh says.

    ``generator`` is the folder that ``deploygen`` runs from: the checkout, or a changed copy of it.
    """

    folder: Path
    generator: Path

    def init(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run ``deploygen init --yes`` with ``settings`` and return its output."""
        options = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        environment = {**os.environ, **engine.environment(), "PYTHONPATH": str(self.generator)}
        command = [sys.executable, "-m", "deploygen", "init", str(self.folder), "--yes", *options]
        return _run(command, cwd=self.generator, env=environment, timeout=60)

    @property
    def config(self) -> dict[str, str]:
        """Return the values of config.sh."""
        document = shellconf.parse((self.folder / "config.sh").read_text())
        return {item.key: item.value for item in document.assignments}

    @property
    def name(self) -> str:
        return self.config["COMPOSE_PROJECT_NAME"]

    @property
    def url(self) -> str:
        return self.config["URL"]

    def up(self) -> None:
        """Run the command of the promise; raise ComposeError unless it exits 0."""
        self.compose("up", "-d", "--wait", timeout=UP_WITHIN)

    def down(self) -> None:
        """Remove the deployment with its volumes and its own image."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", "--rmi", "local")

    def compose(self, *words: str, timeout: float = DOCKER_WITHIN) -> str:
        """Return what ``docker compose`` prints."""
        return _docker("compose", *words, cwd=self.folder, timeout=timeout)

    def services(self) -> list[str]:
        return self.compose("config", "--services").split()

    def containers(self) -> dict[str, dict[str, Any]]:
        """Return what the engine knows of each container, one-shots included, by service."""
        ids = self.compose("ps", "--all", "--quiet").split()
        inspected = json.loads(_docker("inspect", *ids)) if ids else []
        return {item["Config"]["Labels"]["com.docker.compose.service"]: item for item in inspected}

    def running(self) -> dict[str, dict[str, Any]]:
        """Return the containers of the long-running services."""
        return {
            name: item
            for name, item in self.containers().items()
            if item["HostConfig"]["RestartPolicy"]["Name"] != "no"
        }

    def execute(self, service: str, *command: str) -> str:
        """Return what ``command`` prints inside the service's container."""
        return self.compose("exec", "-T", service, *command)

    def as_root_in_image(self, service: str, script: str) -> str:
        """Return what a Python script prints that sees all of a service's image."""
        image = self.containers()[service]["Config"]["Image"]
        alone = ("--rm", "--network", "none", "--user", "0", "--entrypoint", "python")
        return _docker("run", *alone, image, "-c", script)

    def processes(self, container: dict[str, Any]) -> list[int]:
        """Return the process ids of a container, as the host numbers them."""
        listed = _docker("top", container["Id"], "-o", "pid").split()
        return [int(word) for word in listed if word.isdigit()]

    def image_size(self, image: str) -> int:
        """Return the size of an image's layers in bytes."""
        return int(_docker("image", "inspect", "--format", "{{.Size}}", image))

    def logs(self, *services: str) -> str:
        """Return what the services, or all, have logged, with what the gateway still held back."""
        time.sleep(GATEWAY_LOGS_WITHIN)
        return self.compose("logs", "--no-color", "--timestamps", *services)


def sigkill(container: dict[str, Any]) -> None:
    """End process 1 of a container from the host, as the kernel would when memory runs out.

    ``docker kill`` won't do: the engine takes it for the user's wish and restarts nothing.
    """
    pid = container["State"]["Pid"]
    name = container["Name"]
    if pid <= 1:
        raise ComposeError(f"{name} has no process to end")
    engine.kill_process(pid)


def eventually(attempt: Callable[[], object], within: float, pause: float = 0.5) -> None:
    """Repeat ``attempt`` until it raises nothing; after ``within`` seconds its error stands."""
    deadline = time.monotonic() + within
    while True:
        try:
            attempt()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
        else:
            return


def host_address() -> str:
    """Return a non-loopback address of this machine: the engine's own on its default bridge."""
    networks = json.loads(_docker("network", "inspect", "bridge"))
    address: str = networks[0]["IPAM"]["Config"][0]["Gateway"]
    return address


def _docker(*words: str, cwd: Path | None = None, timeout: float = DOCKER_WITHIN) -> str:
    environment = {**os.environ, **engine.environment()}
    return _run(["docker", *words], cwd=cwd, env=environment, timeout=timeout).stdout


def _run(
    command: list[str],
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout: float = DOCKER_WITHIN,
) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, timeout=timeout, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ComposeError(f"{' '.join(command)} took over {timeout} s\n{error.stderr!r}") from None
    if done.returncode != 0:
        raise ComposeError(
            f"{' '.join(command)} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    return done
