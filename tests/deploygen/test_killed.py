"""A run that ends at any step leaves the old files or the new ones, and the next run mends all."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploygen.errors import UserError
from deploygen.generate import write
from deploygen.generate.plan import PRIVATE, File
from deploygen.layout import STATE
from tests.deploygen import visible

OLD = {
    "docker-compose.yml": File(b"services: {}\n"),
    "env/oidc.env": File(b'SECRET_KEY="0"\n', PRIVATE),
    "minio/health.sh": File(b"exit\n"),
    "nginx/nginx.conf": File(b"events {}\n"),
    "nginx/old.conf": File(b""),
    "nginx/pages/same.html": File(b"<p>"),
}
NEW = {
    "docker-compose.yml": File(b"services: {new: {}}\n"),
    "env/oidc.env": File(b'SECRET_KEY="1"\n', PRIVATE),
    "nginx/nginx.conf": File(b"events { }\n"),
    "nginx/new/new.conf": File(b"new\n"),
    "nginx/pages/same.html": File(b"<p>"),
    "outer-proxy/nginx.conf": File(b"server {}\n"),
}
CONFIG = {"config.sh": File(b"A=old\n", PRIVATE)}
NEW_CONFIG = {"config.sh": File(b"A=new\n", PRIVATE)}
# What a process does to a disk, as Python's audit events name it.
STEPS = {
    "open",
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "shutil.copyfile",
}
WRITING = os.O_WRONLY | os.O_RDWR
KILLED = 9
FAILED = 8
DONE = 0

Seen = tuple[dict[str, bytes], dict[str, int]]


def fresh(folder: Path) -> None:
    """Nothing is there."""
    folder.mkdir()


def made(folder: Path) -> None:
    write.apply(folder, OLD, CONFIG)


def with_a_persons_files(folder: Path) -> None:
    made(folder)
    (folder / "notes.txt").write_text("theirs")
    (folder / "nginx" / "extra.conf").write_text("theirs")
    (folder / "minio" / "notes.txt").write_text("theirs")


def in_the_other_slot(folder: Path) -> None:
    with_a_persons_files(folder)
    write.apply(folder, {**OLD, "nginx/old.conf": File(b"older")}, CONFIG)


def edited(folder: Path) -> None:
    """An editor replaced the link by its own file, and another file was changed in its place."""
    made(folder)
    (folder / "docker-compose.yml").unlink()
    (folder / "docker-compose.yml").write_text("mine")
    (folder / "nginx" / "nginx.conf").write_text("mine")


def copied(folder: Path) -> None:
    """The copy followed links."""
    with_a_persons_files(folder.with_name("first"))
    shutil.copytree(folder.with_name("first"), folder, symlinks=False)
    with_a_link_of_theirs(folder / "nginx")


def with_a_folder_of_theirs(folder: Path) -> None:
    (folder / "env").mkdir(parents=True)
    (folder / "env" / "theirs.env").write_text("A=1")
    with_a_link_of_theirs(folder / "env")


def with_a_link_of_theirs(folder: Path) -> None:
    (folder.parent / "mine").mkdir()
    (folder.parent / "mine" / "linked").write_text("theirs")
    (folder / "linked").symlink_to("../mine/linked")


def seen(folder: Path) -> Seen:
    """Return what the folder shows but config.sh, which is judged by itself."""
    files, modes = visible.files(folder), visible.modes(folder)
    files.pop("config.sh", None)
    modes.pop("config.sh", None)
    return files, modes


def ending_at(step: int, end: Callable[[], None]) -> Callable[[str, tuple[object, ...]], None]:
    """Return an audit hook that lets the process end before it does its step of that number."""
    done = 0

    def count(event: str, values: tuple[object, ...]) -> None:
        nonlocal done
        if event not in STEPS:
            return
        if event == "open" and not (isinstance(values[2], int) and values[2] & WRITING):
            return
        done += 1
        if done > step:
            end()

    return count


def kill() -> None:
    os._exit(KILLED)


def fail() -> None:
    raise OSError(28, "No space left on device")


def run(folder: Path, step: int, end: Callable[[], None]) -> int:
    """Generate in a process of its own that ends at ``step``; return how it ended."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(ending_at(step, end))
        try:
            write.apply(folder, NEW, NEW_CONFIG, overwrite=True)
        except (OSError, UserError):
            os._exit(FAILED)
        except BaseException:  # noqa: BLE001 - pytest's own end is not this process's
            os._exit(1)
        os._exit(DONE)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the disk behind at each file; it is the process that ends here, not the machine."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.parametrize("end", [kill, fail])
@pytest.mark.parametrize("before", [fresh, made, with_a_persons_files, in_the_other_slot, edited])
def test_whenever_a_run_ends_the_folder_shows_all_old_or_all_new_files(
    tmp_path: Path, before: Callable[[Path], None], end: Callable[[], None]
) -> None:
    switched = []
    new = after_a_whole_run(before, tmp_path / "whole" / "wiki")
    for step in range(500):
        folder = tmp_path / str(step) / "wiki"
        folder.parent.mkdir()
        before(folder)
        old = seen(folder)

        ended = run(folder, step, end)

        assert seen(folder) in (old, new), f"step {step}"
        switched.append(seen(folder) == new)
        config = folder / "config.sh"
        if switched[-1]:
            assert config.read_bytes() == NEW_CONFIG["config.sh"].content
        else:
            assert not config.exists() or config.read_bytes() in (b"A=old\n", b"A=new\n")
        mended(folder, new)
        if ended == DONE:
            break
    assert ended == DONE
    assert switched == sorted(switched)  # once, and never back
    assert switched.count(False) > 5


@pytest.mark.parametrize("end", [kill, fail])
@pytest.mark.parametrize("before", [copied, with_a_folder_of_theirs])
def test_where_folders_give_way_to_links_nothing_is_lost_or_mixed(
    tmp_path: Path, before: Callable[[Path], None], end: Callable[[], None]
) -> None:
    """Between two renames a folder may be out of sight; the next run has it back."""
    new = after_a_whole_run(before, tmp_path / "whole" / "wiki")
    for step in range(500):
        folder = tmp_path / str(step) / "wiki"
        folder.parent.mkdir()
        before(folder)
        old, _ = seen(folder)

        ended = run(folder, step, end)

        shown = seen(folder)
        hidden = {path.partition("/")[0] for path in old if path not in shown[0]}
        left = {path: item for path, item in old.items() if path.partition("/")[0] not in hidden}
        assert shown == new or (shown[0] == left and len(hidden) <= 1), f"step {step}"
        mended(folder, new)
        if ended == DONE:
            break
    assert ended == DONE


def after_a_whole_run(before: Callable[[Path], None], folder: Path) -> Seen:
    folder.parent.mkdir()
    before(folder)
    write.apply(folder, NEW, NEW_CONFIG, overwrite=True)
    return seen(folder)


def mended(folder: Path, new: Seen) -> None:
    """Run again, and look for what was left."""
    write.apply(folder, NEW, NEW_CONFIG, overwrite=True)

    assert seen(folder) == new
    assert (folder / "config.sh").read_bytes() == NEW_CONFIG["config.sh"].content
    assert {"a", "b", "current"}.issuperset(visible.names(folder / STATE))
    assert not [name for name in visible.names(folder) if name.startswith(".config")]
    private = [path for path in (folder / STATE).rglob("*.env") if path.is_file()]
    assert b'SECRET_KEY="0"\n' not in [path.read_bytes() for path in private]
