"""What a person is told to do where the system refuses a path."""

import os
import pwd
from pathlib import Path

import pytest

from deploygen.cli import refusals
from deploygen.errors import UserError
from deploygen.layout import STATE

SOMEBODY = 54321  # has no name


def owner_of(path: Path) -> str:
    return pwd.getpwuid(path.stat().st_uid).pw_name


def told(path: Path) -> str:
    with pytest.raises(UserError) as refused, refusals.told():
        raise PermissionError(13, "Permission denied", str(path))
    return str(refused.value)


@pytest.mark.parametrize("name", ["env/oidc.env", "config.sh", "."])
@pytest.mark.parametrize("is_root", [True, False])
def test_what_a_run_as_root_left_is_given_back_without_the_data_beside_it(
    of_somebody_else: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, is_root: bool
) -> None:
    place = of_somebody_else.rename(of_somebody_else.with_name("my wiki"))
    (place / STATE / "a" / "env").mkdir(parents=True)
    (place / STATE / "a" / "env" / "oidc.env").touch()
    (place / "config.sh").touch()
    (place / "env").symlink_to(f"{STATE}/a/env")
    path = place / name
    if name == ".":
        os.chown(place, 0, 0)
    if not is_root:
        monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)

    remedy = (
        f"; it belongs to root, as after a run with sudo: `sudo chown -h {SOMEBODY} '{place}'"
        f" '{place}/config.sh' && sudo chown -R {SOMEBODY} '{place}/{STATE}'`"
    )
    if is_root and name == ".":
        remedy = ""  # root works there as root
    assert told(path) == f"{path}: Permission denied{remedy}"


def test_another_users_folder_is_named_and_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)

    assert told(tmp_path / "wiki") == (
        f"{tmp_path}/wiki: Permission denied; {tmp_path} belongs to {owner_of(tmp_path)}: run this"
        f" as {owner_of(tmp_path)}, or take a folder of yours"
    )


@pytest.mark.parametrize(("made", "mode"), [(Path.mkdir, "u+rwx"), (Path.touch, "u+rw")])
def test_a_mode_of_ones_own_is_to_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: object, mode: str
) -> None:
    path = tmp_path / "it"
    assert callable(made)
    made(path)
    if os.geteuid() == 0:  # whom no mode keeps out
        os.chown(path, SOMEBODY, SOMEBODY)
        monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)

    assert told(path) == (f"{path}: Permission denied; let yourself into it: `chmod {mode} {path}`")


def test_root_is_told_no_more_than_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert told(tmp_path / "it") == f"{tmp_path}/it: Permission denied"
