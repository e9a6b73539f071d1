"""Deployments for the end-to-end tests, and what a failure leaves to read."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.people import Admin, Person
from tests.e2e.stack import ComposeFailed, Stack, host_address
from tests.rig import engine, images

CHECKOUT = Path(__file__).parents[2]
RESULTS = CHECKOUT / "test-results"
ADMIN_EMAIL = "admin@example.com"


def pytest_report_header() -> list[str]:
    return [f"{engine.describe()}; images: {images.mode()}; Outline: stand-in"]


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    """Have an engine and every image before the first stack."""
    engine.ensure()
    images.ensure()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment with the defaults, up: the one that most tests share."""
    yield from _deployment(
        tmp_path_factory.mktemp("stack") / "wiki", URL=f"http://localhost:{_free_port()}"
    )


@pytest.fixture(
    scope="module",
    params=["localhost", "127.0.0.1", "host address"],
)
def addressed_stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A deployment at each kind of address: a loopback name, a loopback and another address."""
    host = host_address() if request.param == "host address" else request.param
    yield from _deployment(
        tmp_path_factory.mktemp("addressed") / "wiki", URL=f"http://{host}:{_free_port()}"
    )


@pytest.fixture(scope="module")
def mortal_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment whose containers a test may kill: their restarts are counted."""
    yield from _deployment(
        tmp_path_factory.mktemp("mortal") / "wiki", URL=f"http://localhost:{_free_port()}"
    )


@pytest.fixture(scope="module")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment that keeps uploads in a volume of Outline's."""
    yield from _deployment(
        tmp_path_factory.mktemp("local") / "wiki",
        URL=f"http://localhost:{_free_port()}",
        FILE_STORAGE="local",
    )


@pytest.fixture
def changing_stack(tmp_path: Path) -> Iterator[Stack]:
    """A deployment made by a copy of the generator that a test may change."""
    generator = tmp_path / "checkout"
    for name in ("deploygen", "oidc_server", "templates"):
        shutil.copytree(
            CHECKOUT / name, generator / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("docker-compose.tmpl.yml", "Dockerfile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, generator / name)
    yield from _deployment(
        tmp_path / "wiki", generator=generator, URL=f"http://localhost:{_free_port()}"
    )


@pytest.fixture
def admin(stack: Stack) -> Iterator[Admin]:
    """The first admin, signed in to the wiki and to the Django admin."""
    with Admin(stack.url) as person:
        person.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
        person.enter(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
        yield person


@pytest.fixture
def visitor(stack: Stack) -> Iterator[Person]:
    """Somebody who is not signed in."""
    with Person(stack.url) as person:
        yield person


def _deployment(folder: Path, *, generator: Path = CHECKOUT, **settings: str) -> Iterator[Stack]:
    deployment = Stack(folder=folder, generator=generator)
    # The name is the folder's, so that folders called wiki would share their volumes.
    name = f"e2e-{settings['URL'].rpartition(':')[2]}"
    deployment.init(
        ADMIN_EMAIL=ADMIN_EMAIL, COMPOSE_PROJECT_NAME=name, **images.settings(), **settings
    )
    try:
        deployment.up()
    except ComposeFailed:
        _keep(deployment)
        deployment.down()
        raise
    yield deployment
    _keep(deployment)
    deployment.down()


def _keep(deployment: Stack) -> None:
    """Leave the logs and the generated files (not the secrets) where a failure is looked into."""
    place = RESULTS / deployment.config["COMPOSE_PROJECT_NAME"]
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(
        deployment.folder, place, ignore=shutil.ignore_patterns("config.sh", "env", "oidc-server")
    )
    (place / "compose.log").write_text(deployment.logs())
    (place / "compose.ps").write_text(deployment.compose("ps", "--all"))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("", 0))
        port: int = listener.getsockname()[1]
        return port


os.environ.setdefault("COMPOSE_PROGRESS", "plain")
