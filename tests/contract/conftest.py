"""Generated deployments that all clauses share, each with a provider beside it that misbehaves."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.contract.deployment import Deployment
from tests.e2e.deployments import ADMIN_EMAIL, CHECKOUT, free_port, keep
from tests.e2e.stack import Stack
from tests.rig import engine, images

TAMPER = Path(__file__).with_name("tamper.py")
PYTHON_IMAGE = "python:3.13-slim"


@pytest.fixture(scope="session")
def deployments(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Deployment]]:
    """Give the deployment of a scheme, up from its first use on."""
    engine.ensure()
    images.ensure()
    with ExitStack() as lifetime:

        @cache
        def of(scheme: str) -> Deployment:
            folder = tmp_path_factory.mktemp(scheme) / "wiki"
            return lifetime.enter_context(_deployment(folder, scheme))

        yield of


@contextmanager
def _deployment(folder: Path, scheme: str) -> Iterator[Deployment]:
    """A deployment with the defaults, and a tampering provider on its network."""
    port = free_port()
    name = f"contract-{port}"
    address = {
        "http": {"URL": f"http://localhost:{port}"},
        "https": {
            "URL": "https://wiki.example.com",
            "TLS": "proxy",
            "HTTP_PORT": str(port),
        },
    }
    stack = Stack(folder=folder, generator=CHECKOUT)
    stack.init(
        ADMIN_EMAIL=ADMIN_EMAIL,
        COMPOSE_PROJECT_NAME=name,
        **address[scheme],
        **images.settings(),
    )
    try:
        stack.up()
        _start_tamper(name)
        yield Deployment(stack)
    finally:
        keep(stack)
        _docker("rm", "--force", "--volumes", f"{name}-tamper")
        stack.down()


def _start_tamper(name: str) -> None:
    _docker(
        "run", "--detach", "--name", f"{name}-tamper", "--network", f"{name}_backend",
        "--volume", f"{TAMPER}:/tamper.py:ro", "--read-only", "--user", "10001:10001",
        PYTHON_IMAGE, "python", "/tamper.py", "http://oidc:8000",
    )  # fmt: skip


def _docker(*words: str) -> None:
    subprocess.run(
        ["docker", *words],
        env={**os.environ, **engine.environment()},
        check=True,
        capture_output=True,
        timeout=60,
    )
