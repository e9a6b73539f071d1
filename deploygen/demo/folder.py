"""The demo's folder: a temporary one, or one that keeps its users and secrets between runs."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploygen import secrets
from deploygen.errors import UserError
from deploygen.language import _

_LOCK = "demo.lock"
_SECRETS = {
    "secret_key": "hex64",
    "encryption_key": "hex64",
    "client_secret": "hex40",
    "admin_password": "password",
}


@dataclass(frozen=True, kw_only=True)
class DataFolder:
    """Where one demo keeps everything; only its owner can read it."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "demo.sqlite3"

    @property
    def provider_log(self) -> Path:
        return self.path / "provider.log"

    @property
    def client_log(self) -> Path:
        return self.path / "client.log"

    def secret_file(self, name: str) -> Path:
        """Return the file whose whole content is the secret."""
        return self.path / "secrets" / name

    def secret(self, name: str) -> str:
        return self.secret_file(name).read_text(encoding="ascii")


@contextmanager
def temporary() -> Iterator[DataFolder]:
    """Yield a folder that is removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="deploygen-demo-")).resolve()
    try:
        yield _filled(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def given(path: Path) -> Iterator[DataFolder]:
    """Yield the folder at `path`, made if missing and locked against a second demo.

    Raises UserError if it can't be used, or holds something that no demo put there.
    """
    path = path.resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()) and not (path / _LOCK).is_file():
            raise UserError(
                _(
                    "{path} holds other things than a demo; give an empty or a new folder as --dir",
                    path=path,
                )
            )
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UserError(
            _(
                "{path} can't be the demo's folder: {reason}; give another --dir",
                path=path,
                reason=error.strerror,
            )
        ) from None
    try:
        _lock(lock, path)
        yield _filled(path)
    finally:
        os.close(lock)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(
            _("a demo is running in {path} already; stop it, or give another --dir", path=path)
        ) from None


def _filled(path: Path) -> DataFolder:
    folder = DataFolder(path=path)
    try:
        (path / "secrets").mkdir(mode=0o700, exist_ok=True)
        for name, recipe in _SECRETS.items():
            if not folder.secret_file(name).exists():
                _write(folder.secret_file(name), secrets.make(recipe, path))
    except OSError as error:
        raise UserError(
            _("the demo can't write into {path}: {reason}", path=path, reason=error.strerror)
        ) from None
    return folder


def _write(path: Path, value: str) -> None:
    """Whole or not at all: an empty secret would be kept for good."""
    staged = path.with_suffix(".new")
    staged.unlink(missing_ok=True)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value)
    staged.replace(path)
