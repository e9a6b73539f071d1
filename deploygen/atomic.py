"""Files that are there whole or not at all, also after a crash; and what others do meanwhile."""

import errno
import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploygen.errors import UserError
from deploygen.language import _


@contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """Let root do what follows as the owner of ``folder``, and any other user as itself.

    What is made belongs to that owner, and a link that the owner put there leads no further than
    the owner may go. Modules and templates are to be loaded before: they may lie where only root
    may look. Where nobody can be become, as in a container without that right, root stays root.
    """
    owner = folder.stat() if folder.is_dir() else None
    if owner is None or os.geteuid() != 0 or owner.st_uid == 0:
        yield
        return
    user, group, others = os.geteuid(), os.getegid(), os.getgroups()
    try:
        with suppress(OSError):
            groups = _groups(owner)
            os.setgroups(groups)
            os.setegid(owner.st_gid if owner.st_gid in groups else groups[0])
            os.seteuid(owner.st_uid)
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)
        with suppress(OSError):  # as it could not be left
            os.setgroups(others)


def _groups(owner: os.stat_result) -> list[int]:
    """Return the groups of the user ``owner``; of one without a name, that of what it has."""
    try:
        person = pwd.getpwuid(owner.st_uid)
    except KeyError:
        return [owner.st_gid]
    return os.getgrouplist(person.pw_name, person.pw_gid)


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
        create(staged, content, mode, owner=path.stat() if path.exists() else None)
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
            with suppress(OSError):  # EINVAL too, where it is nobody in this user namespace
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
