"""Files that are there whole or not at all, also after a crash; and what others do meanwhile."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploygen.errors import UserError
from deploygen.language import _


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one run at a time change ``folder``; another waits."""
    if not folder.is_dir():
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # not every network's file system has locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def expect(path: Path, *known: bytes | None) -> None:
    """Raises UserError if ``path`` holds none of ``known``, of which None is no file at all.

    An editor heeds no lock: what it saved meanwhile would be lost, or not be heeded.
    """
    found = path.read_bytes() if path.exists() else None
    if found not in known:
        raise UserError(
            _("{path} was changed meanwhile, so nothing was written; run this again", path=path)
        )


def replace(path: Path, content: bytes, mode: int, *, staging: Path | None = None) -> None:
    """Let ``path`` be a file with ``content`` at once, and leave it to its owner where one may.

    Where it is a link, what it leads to is replaced. Until then the new file is in ``staging``, a
    folder of the same file system, or beside the old one.
    """
    path = path.resolve()
    staged = (staging or path.parent) / f".{path.name}.new"
    staged.unlink(missing_ok=True)
    try:
        create(staged, content, mode, owner=path.stat() if path.exists() else owner_in(path.parent))
        staged.replace(path)
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create(path: Path, content: bytes, mode: int, *, owner: os.stat_result | None = None) -> None:
    """Make a file that is not there yet; nobody whom ``mode`` leaves out could ever open it.

    It belongs to the user and the group of ``owner``, where this user may give files away.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        if owner:
            with suppress(PermissionError):
                os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
        # The umask may have taken bits away; containers read some of these as another user.
        os.fchmod(stream.fileno(), mode)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def strict_mode(path: Path, mode: int) -> int:
    """Return the mode that a file with ``mode`` takes in the place of ``path``.

    Where a person has taken away more than that, it stays so.
    """
    found = path.stat().st_mode & 0o777 if path.exists() else mode
    return found if found & ~mode == 0 else mode


def owner_in(folder: Path) -> os.stat_result | None:
    """Return whose the things are to be that a run as root makes in ``folder``: its owner's.

    Else that owner could neither read nor change them without root ever after.
    """
    return folder.stat() if os.geteuid() == 0 else None


def give(path: Path, owner: os.stat_result | None) -> None:
    """Let ``path`` belong to the user and the group of ``owner``, where this user may give away."""
    if owner:
        with suppress(PermissionError):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def sync_folder(folder: Path) -> None:
    """Have the names in ``folder`` outlive a crash, where its file system can be told to."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)
