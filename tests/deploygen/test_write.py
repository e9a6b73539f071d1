"""What generating does to a folder: ours is replaced, a person's is kept, nothing is halfway."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploygen.errors import FilesInTheWay, UserError
from deploygen.generate import write
from deploygen.generate.plan import PRIVATE, File
from deploygen.generate.write import Changes

FILES = {
    "docker-compose.yml": File(b"services: {}\n"),
    "env/oidc.env": File(b'SECRET_KEY="0"\n', PRIVATE),
    "nginx/nginx.conf": File(b"events {}\n"),
}
OWN = {"config.sh": File(b"URL=http://localhost:8888\n", PRIVATE)}


@pytest.fixture(params=[0o022, 0o077, 0o000], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` but the manifest."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and write.STATE not in path.parts
    }


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def bytes_of(files: dict[str, File]) -> dict[str, bytes]:
    return {path: file.content for path, file in files.items()}


def test_every_file_is_written(tmp_path: Path) -> None:
    changes = write.apply(tmp_path / "new" / "wiki", FILES, OWN)

    assert contents(tmp_path / "new" / "wiki") == bytes_of({**FILES, **OWN})
    assert changes == Changes(written=tuple(FILES), removed=(), unchanged=0)


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    changes = write.apply(tmp_path, FILES, OWN)

    assert changes == Changes(written=(), removed=(), unchanged=len(FILES))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.usefixtures("umask")
def test_modes_are_those_planned_whatever_the_umask(tmp_path: Path) -> None:
    write.apply(tmp_path / "wiki", FILES, OWN)

    assert mode(tmp_path / "wiki" / "config.sh") == 0o600
    assert mode(tmp_path / "wiki" / "env" / "oidc.env") == 0o600
    assert mode(tmp_path / "wiki" / "nginx" / "nginx.conf") == 0o644
    # Containers enter as users of their own.
    assert mode(tmp_path / "wiki" / "nginx") == 0o755


def test_a_config_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_bytes(OWN["config.sh"].content)
    (tmp_path / "config.sh").chmod(0o644)

    write.apply(tmp_path, FILES, OWN)

    assert mode(tmp_path / "config.sh") == 0o600


def test_a_mode_that_was_changed_is_put_right(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "env" / "oidc.env").chmod(0o644)

    changes = write.apply(tmp_path, FILES, OWN)

    assert changes.written == ("env/oidc.env",)
    assert mode(tmp_path / "env" / "oidc.env") == 0o600


@pytest.mark.parametrize("umask", [0o000], indirect=True)
@pytest.mark.usefixtures("umask")
def test_a_secret_is_born_private_so_that_nobody_can_open_it_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fchmod", lambda *_: None)

    write.apply(tmp_path, FILES, OWN)

    assert mode(tmp_path / "env" / "oidc.env") == 0o600
    assert mode(tmp_path / "config.sh") == 0o600


def test_nothing_staged_is_left(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)

    assert [path.name for path in (tmp_path / write.STATE).iterdir()] == ["manifest.json"]


def test_a_changed_file_is_replaced_and_only_that(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    changed = {**FILES, "nginx/nginx.conf": File(b"events { }\n")}

    changes = write.apply(tmp_path, changed, OWN)

    assert changes == Changes(written=("nginx/nginx.conf",), removed=(), unchanged=2)
    assert contents(tmp_path) == bytes_of({**changed, **OWN})


def test_a_file_edited_by_hand_is_kept_and_reported_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "nginx" / "nginx.conf").write_bytes(b"# mine\n")
    before = contents(tmp_path)
    changed = {path: File(file.content + b"# new\n", file.mode) for path, file in FILES.items()}

    with pytest.raises(FilesInTheWay) as refused:
        write.apply(tmp_path, changed, {"config.sh": File(b"URL=http://localhost:9999\n")})

    assert contents(tmp_path) == before
    assert str(refused.value) == (
        "these files are not as deploygen wrote them, so they were kept:\n"
        "  nginx/nginx.conf\n"
        "Nothing was written. Move your changes of docker-compose.yml to"
        " docker-compose.override.yml,\n"
        "which is never touched; or run again with --overwrite to have deploygen's versions."
    )


def test_a_file_edited_by_hand_is_kept_though_its_new_content_is_the_old(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "nginx" / "nginx.conf").write_bytes(b"# mine\n")

    with pytest.raises(FilesInTheWay):
        write.apply(tmp_path, FILES, OWN)

    assert (tmp_path / "nginx" / "nginx.conf").read_bytes() == b"# mine\n"


def test_a_file_edited_to_what_is_generated_now_is_in_nobodys_way(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    changed = {**FILES, "nginx/nginx.conf": File(b"events { }\n")}
    (tmp_path / "nginx" / "nginx.conf").write_bytes(b"events { }\n")

    assert write.apply(tmp_path, changed, OWN).written == ()


def test_a_foreign_file_in_the_place_of_ours_is_kept(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_bytes(b"services: {theirs: {}}\n")

    with pytest.raises(FilesInTheWay, match=r"docker-compose\.yml"):
        write.apply(tmp_path, FILES, OWN)

    assert contents(tmp_path) == {"docker-compose.yml": b"services: {theirs: {}}\n"}


def test_overwrite_replaces_what_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_bytes(b"services: {theirs: {}}\n")

    write.apply(tmp_path, FILES, OWN, overwrite=True)

    assert contents(tmp_path) == bytes_of({**FILES, **OWN})


def test_a_file_that_is_no_longer_generated_goes_with_its_empty_folders(tmp_path: Path) -> None:
    more = {**FILES, "oidc-server/oidc_server/old/views.py": File(b"")}
    write.apply(tmp_path, more, OWN)

    changes = write.apply(tmp_path, FILES, OWN)

    assert changes.removed == ("oidc-server/oidc_server/old/views.py",)
    assert not (tmp_path / "oidc-server").exists()
    assert contents(tmp_path) == bytes_of({**FILES, **OWN})


def test_a_folder_that_holds_something_of_the_persons_stays(tmp_path: Path) -> None:
    write.apply(tmp_path, {**FILES, "nginx/old.conf": File(b"")}, OWN)
    (tmp_path / "nginx" / "theirs.conf").write_bytes(b"# theirs\n")

    write.apply(tmp_path, {path: file for path, file in FILES.items() if "nginx" not in path}, OWN)

    assert [path.name for path in (tmp_path / "nginx").iterdir()] == ["theirs.conf"]


def test_a_stale_file_that_was_edited_is_kept_and_reported(tmp_path: Path) -> None:
    write.apply(tmp_path, {**FILES, "nginx/old.conf": File(b"")}, OWN)
    (tmp_path / "nginx" / "old.conf").write_bytes(b"# mine\n")

    with pytest.raises(FilesInTheWay, match=r"nginx/old\.conf"):
        write.apply(tmp_path, FILES, OWN)

    assert (tmp_path / "nginx" / "old.conf").read_bytes() == b"# mine\n"


def test_a_stale_file_that_is_gone_already_is_no_matter(tmp_path: Path) -> None:
    write.apply(tmp_path, {**FILES, "nginx/old.conf": File(b"")}, OWN)
    (tmp_path / "nginx" / "old.conf").unlink()

    assert write.apply(tmp_path, FILES, OWN).removed == ()


def test_what_is_not_ours_is_never_touched(tmp_path: Path) -> None:
    theirs = {
        "docker-compose.override.yml": b"services: {}\n",
        "notes.txt": b"mine\n",
        "env/theirs.env": b"A=1\n",
    }
    (tmp_path / "env").mkdir()
    for path, content in theirs.items():
        (tmp_path / path).write_bytes(content)
        os.utime(tmp_path / path, ns=(1, 1))

    write.apply(tmp_path, FILES, OWN)
    write.apply(tmp_path, {"docker-compose.yml": File(b"")}, OWN, overwrite=True)

    assert {path: (tmp_path / path).read_bytes() for path in theirs} == theirs
    assert {(tmp_path / path).stat().st_mtime_ns for path in theirs} == {1}


@pytest.mark.parametrize(
    ("blocker", "make"),
    [("nginx", Path.touch), ("nginx/nginx.conf", Path.mkdir)],
    ids=["file for a folder", "folder for a file"],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_no_file_can_replace_is_reported_and_nothing_is_written(
    tmp_path: Path, blocker: str, make: object, overwrite: bool
) -> None:
    (tmp_path / blocker).parent.mkdir(exist_ok=True)
    assert callable(make)
    make(tmp_path / blocker)
    before = contents(tmp_path)

    with pytest.raises(FilesInTheWay) as refused:
        write.apply(tmp_path, FILES, OWN, overwrite=overwrite)

    assert contents(tmp_path) == before
    assert str(refused.value) == (
        f"these are in the way of generated files or folders:\n  {blocker}\n"
        "Nothing was written. Move them elsewhere and run this again."
    )


def test_a_damaged_manifest_is_explained(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    manifest = tmp_path / write.STATE / "manifest.json"
    manifest.write_text("{")

    with pytest.raises(UserError, match=r"manifest\.json is damaged; remove it"):
        write.apply(tmp_path, FILES, OWN)

    manifest.unlink()
    assert write.apply(tmp_path, FILES, OWN).unchanged == len(FILES)


def test_the_manifest_holds_no_content_that_others_may_not_read(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)

    manifest = json.loads((tmp_path / write.STATE / "manifest.json").read_text())
    assert set(manifest) == set(FILES)
    assert all(len(value) == 64 for value in manifest.values())
