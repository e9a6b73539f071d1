"""The deployments that end-to-end and browser tests share; a plugin, as both folders use it."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.e2e.stack import UP_WITHIN, Stack, host_address
from tests.rig import engine, images

CHECKOUT = Path(__file__).parents[2]
RESULTS = CHECKOUT / "test-results"
ADMIN_EMAIL = "admin@example.com"
# Of what is kept: secrets, what is bulky, and what the links of the folder lead to.
LEFT_OUT = ("config.sh", "env", "oidc-server", ".deploygen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that brings a deployment up has the time that this may take, besides its own."""
    for item in items:
        if any(name.endswith("stack") for name in getattr(item, "fixturenames", [])):
            item.add_marker(pytest.mark.timeout(UP_WITHIN + 120))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment with the defaults, up: the one that most tests share."""
    yield from deployment(
        tmp_path_factory.mktemp("stack") / "wiki", URL=f"http://localhost:{free_port()}"
    )


@pytest.fixture(scope="session", params=["localhost", "127.0.0.1", "host address"])
def addressed_stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A deployment at each kind of address: a loopback name, a loopback and another address."""
    if request.param == "localhost":
        yield request.getfixturevalue("stack")
        return
    machinery()
    host = host_address() if request.param == "host address" else request.param
    yield from deployment(
        tmp_path_factory.mktemp("addressed") / "wiki", URL=f"http://{host}:{free_port()}"
    )


@cache
def machinery() -> None:
    """Have an engine and every image before the first stack."""
    engine.ensure()
    images.ensure()


def deployment(folder: Path, *, generator: Path = CHECKOUT, **settings: str) -> Iterator[Stack]:
    """Make a deployment, bring it up, and take it down when the test is done with it."""
    machinery()
    made = Stack(folder=folder, generator=generator)
    # The name is the folder's, so that folders called wiki would share their volumes.
    name = f"e2e-{settings['URL'].rpartition(':')[2]}"
    own = {"ADMIN_EMAIL": ADMIN_EMAIL, "COMPOSE_PROJECT_NAME": name, **images.settings()}
    made.init(**{**own, **settings})
    try:
        made.up()
        yield made
    finally:
        keep(made)
        made.down()


def keep(deployment: Stack) -> None:
    """Leave the logs and the generated files (not the secrets) where a failure is looked into."""
    place = RESULTS / deployment.config["COMPOSE_PROJECT_NAME"]
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(deployment.folder, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (place / "compose.log").write_text(deployment.compose("logs", "--no-color", "--timestamps"))
    (place / "compose.ps").write_text(deployment.compose("ps", "--all"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("", 0))
        port: int = listener.getsockname()[1]
        return port


os.environ.setdefault("COMPOSE_PROGRESS", "plain")
