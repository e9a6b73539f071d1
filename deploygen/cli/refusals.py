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
from deploygen.layout import FILE_NAME, STATE

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
    deployment = _deployment(there)
    # Root works in a deployment as its owner.
    writer = user or (deployment.stat().st_uid if deployment else 0)
    if deployment and owner == 0 != writer:
        return _given_back(deployment, writer)
    if user == 0:  # whom no mode keeps out
        return ""
    if owner == user:
        mode = "u+rwx" if there.is_dir() else "u+rw"
        return _(
            "let yourself into it: `chmod {mode} {path}`", mode=mode, path=shlex.quote(str(there))
        )
    return _(
        "{path} belongs to {owner}: run this as {owner}, or take a folder of yours",
        path=there,
        owner=_name(owner),
    )


def _deployment(path: Path) -> Path | None:
    """Return the folder of the deployment that ``path`` is in; it may be seen through a link."""
    real = Path(os.path.realpath(path))
    return next(
        (
            item
            for item in (real, *real.parents)
            if os.path.isdir(item / STATE)  # noqa: PTH112 - Path's raises where one may not look
        ),
        None,
    )


def _given_back(deployment: Path, user: int) -> str:
    """Return how what deploygen writes becomes the user's; data in that folder is left alone."""
    name = _name(user)
    folder, config, state = (
        shlex.quote(str(path)) for path in (deployment, deployment / FILE_NAME, deployment / STATE)
    )
    return _(
        "it belongs to {owner}, as after a run with sudo: `{command}`",
        owner=_name(0),
        command=f"sudo chown -h {name} {folder} {config} && sudo chown -R {name} {state}",
    )


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
