"""Data in a folder of the person's: its owners are the images', and it outlives the deployment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.browser import StrictPerson
from tests.e2e.deployments import deployment, free_port
from tests.e2e.stack import Stack


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disk") / "wiki"


@pytest.fixture(scope="module")
def data_stack(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from deployment(
        tmp_path_factory.mktemp("data") / "wiki",
        URL=f"http://localhost:{free_port()}",
        DATA_DIR=str(place),
    )


def user_id(stack: Stack, service: str) -> int:
    return int(stack.execute(service, "id", "-u"))


def test_each_folder_belongs_to_who_writes_there(data_stack: Stack, place: Path) -> None:
    for service in ("postgres", "redis", "minio", "outline"):
        folder = place / f"{service}-data"

        assert folder.stat().st_uid == user_id(data_stack, service), folder
    assert list((place / "postgres-data").iterdir())


@pytest.mark.usefixtures("data_stack")
def test_nobody_else_may_enter(place: Path) -> None:
    assert place.stat().st_mode & 0o777 == 0o700


def test_data_outlives_the_volumes(data_stack: Stack) -> None:
    config = data_stack.config
    with StrictPerson(data_stack.url) as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        before = person.who()

    data_stack.compose("down", "--volumes")
    data_stack.up()

    with StrictPerson(data_stack.url) as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        after = person.who()
    assert before is not None
    assert after is not None
    assert after["id"] == before["id"]
