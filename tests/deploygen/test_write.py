"""What generating does to a folder: ours is replaced, a person's is kept, nothing is halfway."""

import errno
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploygen import atomic, folder
from deploygen.errors import FilesInTheWay, MachineUnfit, UserError
from deploygen.generate import slots, state, write
from deploygen.generate.plan import PRIVATE, File
from deploygen.generate.write import Changes
from deploygen.layout import STATE
from tests.deploygen import visible
from tests.deploygen.made import config_text

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


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the disk behind at each file; no test here crashes the machine."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def bytes_of(files: dict[str, File]) -> dict[str, bytes]:
    return {path: file.content for path, file in files.items()}


def test_every_file_is_written(tmp_path: Path) -> None:
    changes = write.apply(tmp_path / "new" / "wiki", FILES, OWN)

    assert visible.files(tmp_path / "new" / "wiki") == bytes_of({**FILES, **OWN})
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


def test_folders_of_a_copy_that_containers_can_not_enter_are_put_right(tmp_path: Path) -> None:
    files = {**FILES, "nginx/pages/one.html": File(b"")}
    write.apply(tmp_path / "wiki", files, OWN)
    (tmp_path / "wiki" / "nginx" / "theirs").mkdir()
    shutil.copytree(tmp_path / "wiki", tmp_path / "copy", symlinks=False)
    for path in ("nginx", "nginx/pages", "nginx/theirs"):
        (tmp_path / "copy" / path).chmod(0o700)

    changes = write.apply(tmp_path / "copy", files, OWN)

    assert changes.written == ("nginx/nginx.conf", "nginx/pages/one.html")
    assert mode(tmp_path / "copy" / "nginx") == 0o755
    assert mode(tmp_path / "copy" / "nginx" / "pages") == 0o755
    assert mode(tmp_path / "copy" / "nginx" / "theirs") == 0o700


def test_a_replaced_file_keeps_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    path = tmp_path / "config.sh"
    path.touch()
    monkeypatch.setattr(os, "fchown", lambda _, *owner: given.append(owner))

    atomic.replace(path, b"A=1\n", PRIVATE)

    assert given == [(path.stat().st_uid, path.stat().st_gid)]


def test_a_file_is_replaced_though_its_owner_may_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    path = tmp_path / "config.sh"
    path.touch()
    monkeypatch.setattr(os, "fchown", refuse)

    atomic.replace(path, b"A=1\n", PRIVATE)

    assert path.read_bytes() == b"A=1\n"


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

    assert visible.names(tmp_path / STATE) == ["a", "current"]


def test_a_changed_file_is_replaced_and_only_that(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    changed = {**FILES, "nginx/nginx.conf": File(b"events { }\n")}

    changes = write.apply(tmp_path, changed, OWN)

    assert changes == Changes(written=("nginx/nginx.conf",), removed=(), unchanged=2)
    assert visible.files(tmp_path) == bytes_of({**changed, **OWN})


def test_a_file_edited_by_hand_is_kept_and_reported_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "nginx" / "nginx.conf").write_bytes(b"# mine\n")
    before = visible.files(tmp_path)
    changed = {path: File(file.content + b"# new\n", file.mode) for path, file in FILES.items()}

    with pytest.raises(FilesInTheWay) as refused:
        write.apply(tmp_path, changed, {"config.sh": File(b"URL=http://localhost:9999\n")})

    assert visible.files(tmp_path) == before
    assert str(refused.value) == (
        "these files are not as deploygen wrote them, so they were kept:\n"
        "  nginx/nginx.conf\n"
        "Nothing was written. Move your changes\n"
        "  of nginx/ to a file of yours, which docker-compose.override.yml mounts over it in the"
        " container\n"
        "or run this again with --overwrite to have deploygen's versions."
    )


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("docker-compose.yml", "docker-compose.yml to docker-compose.override.yml"),
        (
            "env/oidc.env",
            "env/ to docker-compose.override.yml, as `environment` of the service",
        ),
        ("outer-proxy/nginx.conf", "outer-proxy/ to a copy elsewhere, which the web server reads"),
        (
            "oidc-server/Dockerfile",
            "oidc-server/ to an image of yours, which OIDC_SERVER_IMAGE names",
        ),
        ("config.sh.example", "config.sh.example to config.sh"),
        ("config.zh-CN.sh.example", "config.zh-CN.sh.example to config.sh"),
    ],
)
def test_what_is_said_of_an_edited_file_fits_that_file(
    tmp_path: Path, path: str, place: str
) -> None:
    files = {**FILES, path: File(b"ours\n")}
    write.apply(tmp_path, files, OWN)
    (tmp_path / path).write_bytes(b"mine\n")

    with pytest.raises(FilesInTheWay) as refused:
        write.apply(tmp_path, files, OWN)

    assert f"\n  {path}\nNothing was written. Move your changes\n  of {place}\nor run" in str(
        refused.value
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

    assert visible.files(tmp_path) == {"docker-compose.yml": b"services: {theirs: {}}\n"}


def test_overwrite_replaces_what_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_bytes(b"services: {theirs: {}}\n")

    write.apply(tmp_path, FILES, OWN, overwrite=True)

    assert visible.files(tmp_path) == bytes_of({**FILES, **OWN})


def test_a_file_that_is_no_longer_generated_goes_with_its_empty_folders(tmp_path: Path) -> None:
    more = {**FILES, "oidc-server/oidc_server/old/views.py": File(b"")}
    write.apply(tmp_path, more, OWN)

    changes = write.apply(tmp_path, FILES, OWN)

    assert changes.removed == ("oidc-server/oidc_server/old/views.py",)
    assert not (tmp_path / "oidc-server").exists()
    assert visible.files(tmp_path) == bytes_of({**FILES, **OWN})


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
    before = visible.files(tmp_path)

    with pytest.raises(FilesInTheWay) as refused:
        write.apply(tmp_path, FILES, OWN, overwrite=overwrite)

    assert visible.files(tmp_path) == before
    assert str(refused.value) == (
        f"these are in the way of generated files or folders:\n  {blocker}\n"
        "Nothing was written. Move them elsewhere and run this again."
    )


@pytest.mark.parametrize(
    "damaged", ["{", "", "[]", '"x"', "null", '{"nginx/nginx.conf": 1}', "[" * 100_000, "\x00"]
)
def test_a_damaged_manifest_is_explained(tmp_path: Path, damaged: str) -> None:
    write.apply(tmp_path, FILES, OWN)
    manifest = tmp_path / STATE / "current" / "manifest.json"
    manifest.write_text(damaged)

    with pytest.raises(UserError, match=r"^[^\n]*manifest\.json is damaged; remove it[^\n]*$"):
        write.apply(tmp_path, FILES, OWN)

    manifest.unlink()
    assert write.apply(tmp_path, FILES, OWN).unchanged == len(FILES)


def test_the_manifest_holds_no_content_that_others_may_not_read(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)

    path = tmp_path / STATE / "current" / "manifest.json"
    manifest = json.loads(path.read_text())
    assert set(manifest) == set(FILES)
    assert all(len(value) == 64 for value in manifest.values())
    assert mode(path) == 0o600


def linked(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_symlink()}


def slot_in_use(folder: Path) -> str:
    return (folder / STATE / "current").readlink().name


CHANGED = {**FILES, "nginx/nginx.conf": File(b"events { }\n")}


def test_what_is_generated_is_seen_through_links_that_may_be_moved_with_the_folder(
    tmp_path: Path,
) -> None:
    write.apply(tmp_path / "wiki", FILES, OWN)
    (tmp_path / "wiki").rename(tmp_path / "moved")

    assert linked(tmp_path / "moved") == {"docker-compose.yml", "env", "nginx"}
    assert visible.files(tmp_path / "moved") == bytes_of({**FILES, **OWN})


def test_two_slots_take_turns(tmp_path: Path) -> None:
    used = []
    for files in (FILES, CHANGED, FILES):
        write.apply(tmp_path, files, OWN)
        used.append(slot_in_use(tmp_path))

    assert used == ["a", "b", "a"]
    assert visible.files(tmp_path) == bytes_of({**FILES, **OWN})


def test_a_folder_that_a_container_mounts_is_the_same_one_when_its_slot_is_used_again(
    tmp_path: Path,
) -> None:
    write.apply(tmp_path, FILES, OWN)
    descriptor = os.open(tmp_path / "nginx", os.O_RDONLY | os.O_DIRECTORY)
    mounted = Path(f"/proc/self/fd/{descriptor}")

    write.apply(tmp_path, CHANGED, OWN)
    between = visible.names(mounted)
    write.apply(tmp_path, {**CHANGED, "nginx/new.conf": File(b"")}, OWN)

    assert between == ["nginx.conf"]
    assert visible.names(mounted) == ["new.conf", "nginx.conf"]
    os.close(descriptor)


def test_an_old_secret_is_in_no_slot_any_more(tmp_path: Path) -> None:
    write.apply(tmp_path, {**FILES, "env/acme.env": File(b"TOKEN=old\n", PRIVATE)}, OWN)
    (tmp_path / "env" / "oidc.env").chmod(0o644)
    new = {**FILES, "env/oidc.env": File(b'SECRET_KEY="1"\n', PRIVATE)}

    write.apply(tmp_path, new, OWN)

    secrets = [path for path in (tmp_path / STATE).rglob("*.env") if path.is_file()]
    assert [path.read_bytes() for path in secrets] == [b'SECRET_KEY="1"\n']


def test_a_persons_private_file_stays_where_a_container_still_mounts_it(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    key = tmp_path / "nginx" / "key.pem"
    key.write_bytes(b"key")
    key.chmod(0o600)
    mounted = (tmp_path / "nginx").resolve()

    write.apply(tmp_path, CHANGED, OWN)
    write.apply(tmp_path, CHANGED, OWN)

    assert (mounted / "key.pem").read_bytes() == b"key"


def test_a_link_that_is_missing_is_put_back(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "nginx").unlink()

    assert write.apply(tmp_path, FILES, OWN).written == ("nginx/nginx.conf",)
    assert visible.files(tmp_path) == bytes_of({**FILES, **OWN})


@pytest.mark.parametrize("files", [FILES, CHANGED], ids=["unchanged", "changed"])
def test_a_copy_that_followed_links_gets_them_back(tmp_path: Path, files: dict[str, File]) -> None:
    write.apply(tmp_path / "wiki", FILES, OWN)
    (tmp_path / "wiki" / "nginx" / "extra.conf").write_bytes(b"# theirs\n")
    shutil.copytree(tmp_path / "wiki", tmp_path / "copy", symlinks=False)
    assert linked(tmp_path / "copy") == set()

    write.apply(tmp_path / "copy", files, OWN)

    assert linked(tmp_path / "copy") == {"docker-compose.yml", "env", "nginx"}
    theirs = {"nginx/extra.conf": b"# theirs\n"}
    assert visible.files(tmp_path / "copy") == {**bytes_of({**files, **OWN}), **theirs}


def test_a_link_that_an_editor_replaced_by_its_file_is_put_back(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "docker-compose.yml").unlink()
    (tmp_path / "docker-compose.yml").write_bytes(FILES["docker-compose.yml"].content)

    assert write.apply(tmp_path, FILES, OWN).written == ()
    assert linked(tmp_path) == {"docker-compose.yml", "env", "nginx"}


def test_an_edit_that_replaced_the_link_is_kept(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "docker-compose.yml").unlink()
    (tmp_path / "docker-compose.yml").write_bytes(b"# mine\n")

    with pytest.raises(FilesInTheWay):
        write.apply(tmp_path, CHANGED, OWN)
    assert (tmp_path / "docker-compose.yml").read_bytes() == b"# mine\n"

    write.apply(tmp_path, CHANGED, OWN, overwrite=True)
    assert visible.files(tmp_path) == bytes_of({**CHANGED, **OWN})


def test_a_persons_file_among_ours_goes_along_as_it_is(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    theirs = tmp_path / "nginx" / "snippets" / "extra.conf"
    theirs.parent.mkdir(mode=0o700)
    theirs.write_bytes(b"# theirs\n")
    theirs.chmod(0o640)
    (theirs.parent / "link.conf").symlink_to("extra.conf")
    (tmp_path / "nginx" / "empty").mkdir()
    before = theirs.stat()

    for files in (CHANGED, FILES, CHANGED):
        write.apply(tmp_path, files, OWN)

    after = theirs.stat()
    assert theirs.read_bytes() == b"# theirs\n"
    assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)
    assert str((theirs.parent / "link.conf").readlink()) == "extra.conf"
    assert mode(theirs.parent) == 0o700
    assert (tmp_path / "nginx" / "empty").is_dir()


def test_a_persons_link_out_of_a_folder_leads_to_the_same_file_from_a_slot(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.conf").write_bytes(b"# theirs\n")
    (tmp_path / "nginx" / "more").mkdir(parents=True)
    links = {
        "x.conf": "../mine/x.conf",
        "more/x.conf": "../../mine/x.conf",
        "more/y.conf": "../x.conf",
    }
    for path, leads_to in links.items():
        (tmp_path / "nginx" / path).symlink_to(leads_to)

    for files in (FILES, CHANGED, FILES):
        write.apply(tmp_path, files, OWN)

        assert linked(tmp_path) == {"docker-compose.yml", "env", "nginx"}
        for path in links:
            assert (tmp_path / "nginx" / path).read_bytes() == b"# theirs\n"
        assert str((tmp_path / "nginx" / "more" / "y.conf").readlink()) == "../x.conf"


def test_a_persons_file_among_ours_that_they_removed_or_changed_stays_so(tmp_path: Path) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "nginx" / "one.conf").write_bytes(b"1")
    (tmp_path / "nginx" / "two.conf").write_bytes(b"2")
    write.apply(tmp_path, CHANGED, OWN)
    (tmp_path / "nginx" / "one.conf").unlink()
    (tmp_path / "nginx" / "new").write_bytes(b"3")
    (tmp_path / "nginx" / "new").replace(tmp_path / "nginx" / "two.conf")

    write.apply(tmp_path, FILES, OWN)

    theirs = {"nginx/two.conf": b"3"}
    assert visible.files(tmp_path) == {**bytes_of({**FILES, **OWN}), **theirs}


def test_a_persons_file_goes_along_where_no_file_can_have_two_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    write.apply(tmp_path, FILES, OWN)
    (tmp_path / "nginx" / "extra.conf").write_bytes(b"# theirs\n")
    monkeypatch.setattr(os, "link", refuse)

    write.apply(tmp_path, CHANGED, OWN)

    assert (tmp_path / "nginx" / "extra.conf").read_bytes() == b"# theirs\n"
    assert visible.files(tmp_path).items() >= bytes_of(CHANGED).items()


def test_a_folder_that_another_user_owns_is_not_moved_under_the_program_that_writes_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lstat(path: Path) -> os.stat_result:
        status = real(path)
        uid = 999 if path == data else status.st_uid
        return os.stat_result((*status[:4], uid, *status[5:10]))

    write.apply(tmp_path, FILES, OWN)
    data = tmp_path / "nginx" / "data"
    data.mkdir()
    real = os.lstat
    monkeypatch.setattr(state, "lstat", lstat)

    with pytest.raises(FilesInTheWay, match=r"\n  nginx/data\n"):
        write.apply(tmp_path, CHANGED, OWN, overwrite=True)


def test_a_persons_link_where_a_folder_of_ours_would_be_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "nginx").symlink_to("elsewhere")

    with pytest.raises(FilesInTheWay, match=r"\n  nginx\n"):
        write.apply(tmp_path, FILES, OWN, overwrite=True)

    assert visible.names(tmp_path / "elsewhere") == []


def test_a_config_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    (tmp_path / "wiki").mkdir()
    (tmp_path / "wiki" / "config.sh").symlink_to("../safe/config.sh")

    write.apply(tmp_path / "wiki", FILES, OWN)

    assert (tmp_path / "wiki" / "config.sh").is_symlink()
    assert (tmp_path / "safe" / "config.sh").read_bytes() == OWN["config.sh"].content


def test_a_file_system_without_links_is_explained_and_nothing_generated_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)

    with pytest.raises(MachineUnfit, match=r"^the file system of \S+ has no symbolic links[^\n]+$"):
        write.apply(tmp_path, FILES, OWN)

    assert visible.paths(tmp_path) == ["config.sh"]
    assert visible.names(tmp_path / STATE) == []


def test_a_full_disk_leaves_what_was_there_and_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write.apply(tmp_path, FILES, OWN)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        write.apply(tmp_path, CHANGED, {"config.sh": File(b"URL=http://localhost:9999\n")})

    assert visible.files(tmp_path) == bytes_of({**FILES, **OWN})
    assert visible.names(tmp_path / STATE) == ["a", "current"]


def test_only_one_run_at_a_time_changes_a_folder(tmp_path: Path) -> None:
    text = config_text()
    (tmp_path / "config.sh").write_text(text)
    second = threading.Thread(target=folder.render, args=(tmp_path, text), kwargs={"before": text})

    with atomic.locked(tmp_path):
        second.start()
        second.join(timeout=0.5)
        assert second.is_alive()
        assert visible.names(tmp_path) == ["config.sh"]
    second.join(timeout=20)

    assert slots.has_any(tmp_path)


@pytest.mark.parametrize("before", [None, b"URL=http://localhost:1\n"])
def test_what_an_editor_saved_meanwhile_is_kept_and_nothing_is_written(
    tmp_path: Path, before: bytes | None
) -> None:
    (tmp_path / "config.sh").write_text("URL=http://localhost:1\n# a note\n")

    with pytest.raises(UserError) as refused:
        write.apply(tmp_path, FILES, OWN, before={"config.sh": before})

    assert str(refused.value) == (
        f"{tmp_path}/config.sh was changed meanwhile, so nothing was written; run this again"
    )
    assert visible.files(tmp_path) == {"config.sh": b"URL=http://localhost:1\n# a note\n"}


def test_a_config_that_was_removed_meanwhile_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="was changed meanwhile"):
        write.apply(tmp_path, FILES, OWN, before={"config.sh": b"A=1\n"})

    assert visible.files(tmp_path) == {}


def test_what_root_makes_belongs_to_the_owner_of_the_folder(of_somebody_else: Path) -> None:
    write.apply(of_somebody_else, FILES, OWN)
    write.apply(of_somebody_else, CHANGED, OWN)

    made = {path.lstat() for path in of_somebody_else.rglob("*")}
    assert {(item.st_uid, item.st_gid) for item in made} == {(54321, 54322)}
    assert visible.files(of_somebody_else) == bytes_of({**CHANGED, **OWN})
    assert (os.geteuid(), os.getegid()) == (0, 0)


def test_root_is_led_nowhere_by_a_link_of_the_folders_owner(of_somebody_else: Path) -> None:
    victim = of_somebody_else.parent / "victim"
    victim.mkdir()
    (victim / "config.sh").write_text("root's\n")
    (of_somebody_else / "config.sh").symlink_to(victim / "config.sh")

    with pytest.raises(PermissionError):
        write.apply(of_somebody_else, FILES, OWN)

    assert visible.files(victim) == {"config.sh": b"root's\n"}
    assert victim.stat().st_uid == 0


@pytest.mark.parametrize("user", ["seteuid", "setegid", "setgroups"])
def test_root_that_can_not_become_the_owner_goes_on_as_itself(
    of_somebody_else: Path, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    become = getattr(os, user)

    def refused(whose: object) -> None:
        if whose not in (0, before):
            raise OSError(errno.EINVAL, "Invalid argument")
        become(whose)

    before = os.getgroups()
    monkeypatch.setattr(os, user, refused)

    write.apply(of_somebody_else, FILES, OWN)

    assert visible.files(of_somebody_else) == bytes_of({**FILES, **OWN})
    assert (os.geteuid(), os.getegid(), os.getgroups()) == (0, 0, before)


@pytest.mark.parametrize("slot", ["a", "b"])
def test_what_a_link_within_a_set_leads_to_is_left_alone(tmp_path: Path, slot: str) -> None:
    wiki = tmp_path / "wiki"
    write.apply(wiki, FILES, OWN)
    write.apply(wiki, CHANGED, OWN)
    write.apply(wiki, FILES, OWN)
    used = (wiki / STATE / "current").readlink().name
    victim = tmp_path / "victim"
    shutil.copytree(wiki / "env", victim)
    place = wiki / STATE / slot / "env"
    if place.exists():
        shutil.rmtree(place)
    place.symlink_to(victim)

    if slot == used:
        with pytest.raises(FilesInTheWay, match="\n  env\n"):
            write.apply(wiki, CHANGED, OWN, overwrite=True)
    else:
        write.apply(wiki, FILES, OWN)
        assert visible.names(victim) == ["oidc.env"]
        shutil.copytree(wiki / "env", victim, dirs_exist_ok=True)
        write.apply(wiki, CHANGED, OWN)
        assert visible.files(wiki) == bytes_of({**CHANGED, **OWN})
    assert visible.names(victim) == ["oidc.env"]


@pytest.mark.parametrize("name", ["", "/a", "/b", "/stage"])
def test_a_link_in_the_place_of_what_holds_the_files_is_in_the_way(
    tmp_path: Path, name: str
) -> None:
    write.apply(tmp_path / "wiki", FILES, OWN)
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "theirs").touch()
    place = tmp_path / "wiki" / f"{STATE}{name}"
    if place.exists():
        place.rename(tmp_path / "away")
    place.symlink_to(victim)

    with pytest.raises(FilesInTheWay, match=f"\n  {STATE}{name}\n"):
        write.apply(tmp_path / "wiki", CHANGED, OWN, overwrite=True)

    assert visible.names(victim) == ["theirs"]


def test_a_config_that_its_owner_made_read_only_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "config.sh"
    path.touch()
    path.chmod(0o400)
    assert atomic.strict_mode(path, PRIVATE) == 0o400
    path.chmod(0o440)
    assert atomic.strict_mode(path, PRIVATE) == PRIVATE


@pytest.mark.parametrize("name", ["docker-compose.yml", "nginx/nginx.conf"])
def test_a_pipe_in_the_place_of_a_file_is_in_the_way_and_not_waited_for(
    tmp_path: Path, name: str
) -> None:
    write.apply(tmp_path, FILES, OWN)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)

    with pytest.raises(FilesInTheWay, match=f"\n  {name}\n"):
        write.apply(tmp_path, FILES, OWN, overwrite=True)


def test_a_folder_that_can_not_be_looked_into_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / STATE).touch()

    with pytest.raises(NotADirectoryError):
        write.has_written(tmp_path)
