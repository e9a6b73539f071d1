"""Writing what a running gateway may be about to read."""

import os
from pathlib import Path

from oidc_server.failure import CommandFailed


class Unwritable(CommandFailed):
    """A volume can't be written to; the message says which, why, and what would help."""

    exit_code = 73  # sysexits.h EX_CANTCREAT


def write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by more than `mode` allows.

    Raises `Unwritable`.
    """
    staged = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.unlink(missing_ok=True)
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except OSError as error:
        raise Unwritable(
            f"{path} can't be written: {error.strerror}; the folder has to belong to user"
            f" {os.geteuid()} and its disk to have room"
        ) from error
