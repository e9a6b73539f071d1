"""The folder for data is made where Docker looks for it, and kept apart from what is generated."""

from pathlib import Path

import pytest

from deploygen import data
from deploygen.errors import ConfigInvalid, UserError
from tests.deploygen.made import config_text, configuration

GENERATED = ("nginx/nginx.conf", "env/redis.env", "docker-compose.yml")


def test_without_a_folder_nothing_is_made(tmp_path: Path) -> None:
    data.prepare(configuration(), tmp_path, GENERATED, config_text())

    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_for_each_volume_that_holds_data(tmp_path: Path) -> None:
    place = tmp_path / "disk" / "wiki"

    for _ in range(2):
        data.prepare(configuration(DATA_DIR=str(place)), tmp_path, GENERATED, config_text())

    assert {path.name: path.stat().st_mode & 0o777 for path in place.iterdir()} == dict.fromkeys(
        ("minio-data", "outline-data", "postgres-data", "redis-data"), 0o700
    )


def test_what_docker_made_of_a_folder_stays(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "postgres-data"
    kept.mkdir(parents=True, mode=0o750)

    config = configuration(DATA_DIR=str(tmp_path / "data"))
    data.prepare(config, tmp_path, GENERATED, config_text())

    assert kept.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("name", ["nginx", "nginx/data", "env", ".deploygen/data"])
def test_a_folder_among_generated_ones_is_refused(tmp_path: Path, name: str) -> None:
    text = f"\nDATA_DIR={name}\n"
    config = configuration(DATA_DIR=str(tmp_path / name))

    with pytest.raises(ConfigInvalid) as refused:
        data.prepare(config, tmp_path, GENERATED, text)

    assert str(refused.value) == (
        f"config.sh:2: DATA_DIR: {Path(name).parts[0]} is generated, and what is in it comes and"
        " goes; accepted is a folder that is for this data alone, like data; choose another name"
    )
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "disk").write_text("")
    place = tmp_path / "disk" / "wiki"

    with pytest.raises(UserError, match=r"can't be made for DATA_DIR: Not a directory$"):
        data.prepare(configuration(DATA_DIR=str(place)), tmp_path, GENERATED, config_text())
