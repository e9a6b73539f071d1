"""One generated deployment for all clauses, with a provider beside it that can misbehave."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.deployment import Deployment
from tests.e2e.stack import Stack
from tests.rig import engine, images

CHECKOUT = Path(__file__).parents[2]
RESULTS = CHECKOUT / "test-results"
TAMPER = Path(__file__).with_name("tamper.py")
PYTHON_IMAGE = "python:3.13-slim"


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment with the defaults, up, and a tampering provider on its network."""
    engine.ensure()
    images.ensure()
    port = _free_port()
    name = f"contract-{port}"
    stack = Stack(folder=tmp_path_factory.mktemp("contract") / "wiki", generator=CHECKOUT)
    stack.init(
        ADMIN_EMAIL="admin@example.com",
        COMPOSE_PROJECT_NAME=name,
        URL=f"http://localhost:{port}",
        **images.settings(),
    )
    try:
        stack.up()
        _start_tamper(name)
        yield Deployment(stack)
    finally:
        _keep_logs(stack, name)
        _docker("rm", "--force", "--volumes", f"{name}-tamper")
        stack.down()


def _start_tamper(name: str) -> None:
    _docker(
        "run", "--detach", "--name", f"{name}-tamper", "--network", f"{name}_backend",
        "--volume", f"{TAMPER}:/tamper.py:ro", "--read-only", "--user", "10001:10001",
        PYTHON_IMAGE, "python", "/tamper.py", "http://oidc:8000",
    )  # fmt: skip


def _keep_logs(stack: Stack, name: str) -> None:
    """Leave what a failure is looked into with: logs and generated files, without the secrets."""
    place = RESULTS / name
    shutil.copytree(
        stack.folder, place, ignore=shutil.ignore_patterns("config.sh", "env", "oidc-server")
    )
    (place / "compose.log").write_text(stack.logs())


def _docker(*words: str) -> None:
    subprocess.run(
        ["docker", *words],
        env={**os.environ, **engine.environment()},
        check=True,
        capture_output=True,
        timeout=60,
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
