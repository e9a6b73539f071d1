"""What a person can do where the system refuses a path."""

from __future__ import annotations

import errno
import os
import pwd
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploygen.errors import MachineUnfit, UserError
from deploygen.language import _, clauses

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def told() -> Iterator[None]:
    """Raise UserError where the system refuses a path, or has no room."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise MachineUnfit(
                _("{reason}: make room and run this again", reason=error.strerror)
            ) from None
        if error.filename is None:
            raise
        raise UserError(_explained(error)) from None


def _explained(error: OSError) -> str:
    """Return which path was refused, why, and what to do if that can be told."""
    path = Path(os.fsdecode(error.filename))
    return clauses(f"{path}: {error.strerror}", _remedy(error, path))


def _remedy(error: OSError, path: Path) -> str:
    there = next((item for item in (path, *path.parents) if os.path.lexists(item)), path)
    if isinstance(error, PermissionError):
        return _let_in(there)
    if isinstance(error, NotADirectoryError):
        return _("{path} is no folder: move it elsewhere and run this again", path=there)
    if there.is_symlink() and not there.exists():
        return _(
            "{path} is a link to {target}, which is not there: make that, or remove the link",
            path=there,
            target=there.readlink(),
        )
    return ""


def _let_in(there: Path) -> str:
    user, owner = os.geteuid(), there.lstat().st_uid
    if user == 0:  # whom no mode keeps out
        return ""
    shown = shlex.quote(str(there))
    if owner == user:
        mode = "u+rwx" if there.is_dir() else "u+rw"
        return _("let yourself into it: `chmod {mode} {path}`", mode=mode, path=shown)
    state = _state(there)
    if state:
        return _(
            "it belongs to {owner}, as after a run with sudo: `sudo chown -R {user} {path}`",
            owner=_name(owner),
            user=_name(user),
            path=shlex.quote(str(state)),
        )
    return _(
        "{path} belongs to {owner}: run this as {owner}, or take a folder of yours",
        path=there,
        owner=_name(owner),
    )


def _state(path: Path) -> Path | None:
    """Return the folder of generated files that ``path`` is in; it may be seen through a link."""
    from deploygen.generate.slots import STATE  # noqa: PLC0415 - most runs don't come here

    real = Path(os.path.realpath(path))
    return next((item for item in (real, *real.parents) if item.name == STATE), None)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
