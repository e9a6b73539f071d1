"""What is told when data would be left behind, or shared with another deployment."""

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest

from deploygen import data, folder, lasting
from tests.deploygen.made import FAKE_SECRETS, config_text

OTHER_KEY = "1" * 64


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    made = tmp_path / "wiki"
    rendered(made)
    return made


def rendered(place: Path, **changes: str) -> dict[str, str]:
    """Write config.sh and render; return the warnings by their key."""
    text = config_text(**changes)
    before = (place / "config.sh").read_text() if (place / "config.sh").exists() else None
    notices = folder.render(place, text, before=before).warnings
    return {item.key: item.message for item in notices}


def judged(place: Path, **changes: str) -> dict[str, str]:
    return {item.key: item.message for item in folder.judge(place, config_text(**changes))}


@pytest.mark.parametrize(
    ("key", "value", "lost"),
    [
        (
            "COMPOSE_PROJECT_NAME",
            "other",
            "it was wiki when files were generated last: the data is in volumes of that name, and"
            " under another one the wiki begins empty; to go back:"
            " `cd {wiki} && deploygen config set COMPOSE_PROJECT_NAME=wiki`",
        ),
        (
            "DATA_DIR",
            "data",
            "it was empty when files were generated last: the data stays where it was, and"
            " elsewhere the wiki begins empty; to go back:"
            " `cd {wiki} && deploygen config set DATA_DIR=`",
        ),
        (
            "FILE_STORAGE",
            "local",
            "it was minio when files were generated last: what was uploaded stays where it was,"
            " and the wiki doesn't find it; to go back:"
            " `cd {wiki} && deploygen config set FILE_STORAGE=minio`",
        ),
        (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "others",
            "it was outline-files-bucket when files were generated last: what was uploaded stays"
            " where it was, and the wiki doesn't find it; to go back:"
            " `cd {wiki} && deploygen config set AWS_S3_UPLOAD_BUCKET_NAME=outline-files-bucket`",
        ),
        *(
            (
                name,
                OTHER_KEY,
                "it is not the one that files were generated with last: what was encrypted with"
                " that can't be read; put it back",
            )
            for name in ("OUTLINE_SECRET_KEY", "OIDC_ENCRYPTION_KEY")
        ),
    ],
)
def test_a_change_that_leaves_data_behind_is_told_before_it_is_made_and_once(
    wiki: Path, key: str, value: str, lost: str
) -> None:
    told = {key: lost.format(wiki=wiki)}

    assert judged(wiki, **{key: value}) == told
    assert rendered(wiki, **{key: value}) == told
    assert rendered(wiki, **{key: value}) == {}


def test_in_the_folder_itself_going_back_needs_no_cd(
    wiki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(wiki)

    told = judged(Path(), FILE_STORAGE="local")["FILE_STORAGE"]

    assert told.endswith("; to go back: `deploygen config set FILE_STORAGE=minio`")


def test_no_secret_is_remembered_as_it_is(wiki: Path) -> None:
    (path,) = (wiki / ".deploygen").glob("*.json")

    assert path.stat().st_mode & 0o777 == 0o600
    assert not set(FAKE_SECRETS.values()) - {"wiki"} & set(json.loads(path.read_text()).values())


def test_other_changes_are_not_warned_of(wiki: Path) -> None:
    assert judged(wiki, WIKI_NAME="Other", URL="http://localhost:9999") == {}


def test_data_that_was_moved_is_not_missed(wiki: Path) -> None:
    rendered(wiki, DATA_DIR="data")
    (wiki / "data").rename(wiki / "elsewhere")

    assert judged(wiki, DATA_DIR="elsewhere") == {}


def test_data_that_was_copied_from_dockers_own_volumes_is_not_missed(wiki: Path) -> None:
    (wiki / "data" / "postgres-data" / "base").mkdir(parents=True)
    (wiki / "data").chmod(0o700)

    assert judged(wiki, DATA_DIR="data") == {}


def test_a_folder_that_was_moved_is_the_same_deployment(wiki: Path, tmp_path: Path) -> None:
    rendered(wiki, DATA_DIR="data")
    moved = wiki.rename(tmp_path / "moved")

    assert rendered(moved, DATA_DIR="data") == {}


def test_a_copy_is_told_of_the_first_one_until_it_has_a_name_of_its_own(
    wiki: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(wiki, copy, symlinks=True)
    told = {
        "COMPOSE_PROJECT_NAME": f"the deployment in {wiki} has the same name, and so the same"
        " containers and volumes: give this one another, unless it takes the place of that one"
    }

    assert rendered(copy) == told
    assert rendered(copy) == told
    assert rendered(wiki) == {}
    assert rendered(copy, COMPOSE_PROJECT_NAME="copy") == {}


@pytest.mark.parametrize("spelled", ["beside/../wiki", "link"])
def test_a_folder_is_known_however_it_is_spelled(tmp_path: Path, spelled: str) -> None:
    wiki, copy = tmp_path / "wiki", tmp_path / "copy"
    wiki.mkdir()
    (tmp_path / "beside").mkdir()
    (tmp_path / "link").symlink_to(wiki)
    rendered(tmp_path / spelled)
    shutil.copytree(wiki, copy, symlinks=True)

    assert rendered(wiki) == {}
    assert set(rendered(copy)) == {"COMPOSE_PROJECT_NAME"}


def test_a_deployment_is_not_beside_itself(wiki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(wiki)

    assert lasting.names_beside(Path()) == frozenset()


def test_what_is_remembered_may_be_lost(wiki: Path) -> None:
    (path,) = (wiki / ".deploygen").glob("*.json")
    path.write_text("[]")

    assert rendered(wiki, FILE_STORAGE="local") == {}


def test_a_new_deployment_takes_no_name_of_one_beside_it(tmp_path: Path) -> None:
    for place, name in {"One": "one", "one": "one-2", "ONE": "one-3"}.items():
        rendered(tmp_path / place, COMPOSE_PROJECT_NAME="")

        assert f"\nCOMPOSE_PROJECT_NAME={name}\n" in (tmp_path / place / "config.sh").read_text()


@pytest.mark.parametrize("step", [(data, "make"), (lasting, "remember")])
def test_a_run_has_the_folder_for_itself_until_all_is_remembered(
    wiki: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[object, str]
) -> None:
    refused = []

    def another_run(*_: object) -> None:
        descriptor = os.open(wiki, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            refused.append(True)
        finally:
            os.close(descriptor)

    monkeypatch.setattr(*step, another_run)
    rendered(wiki)

    assert refused


def test_all_that_root_renders_belongs_to_the_owner_of_the_folder(of_somebody_else: Path) -> None:
    rendered(of_somebody_else, DATA_DIR="data")

    assert {path.lstat().st_uid for path in of_somebody_else.rglob("*")} == {
        of_somebody_else.stat().st_uid
    }
