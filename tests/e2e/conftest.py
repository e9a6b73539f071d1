"""Deployments of their own for some end-to-end tests, and people at the shared one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.deployments import CHECKOUT, deployment, free_port
from tests.e2e.people import Admin, Person
from tests.e2e.stack import Stack
from tests.rig import engine, images


def pytest_report_header() -> list[str]:
    return [f"{engine.describe()}; images: {images.mode()}; Outline: stand-in"]


@pytest.fixture(scope="module")
def mortal_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment whose containers a test may kill: their restarts are counted."""
    yield from deployment(
        tmp_path_factory.mktemp("mortal") / "wiki", URL=f"http://localhost:{free_port()}"
    )


@pytest.fixture(scope="module")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment that keeps uploads in a volume of Outline's."""
    yield from deployment(
        tmp_path_factory.mktemp("local") / "wiki",
        URL=f"http://localhost:{free_port()}",
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
    yield from deployment(
        tmp_path / "wiki", generator=generator, URL=f"http://localhost:{free_port()}"
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
