"""The config.sh of a folder as a file: read, begun, edited and saved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploygen import atomic, config, reference, shellconf
from deploygen.config import FILE_NAME
from deploygen.errors import ConfigInvalid, Problem, UserError
from deploygen.settings import named

_MODE = 0o600  # it holds secrets


def read(folder: Path) -> str:
    """Return the text of the folder's config.sh.

    Raises UserError if there is none or if it is not UTF-8.
    """
    path = folder / FILE_NAME
    if not path.exists():
        raise UserError(f"there is no {path}; `deploygen init {folder}` makes it")
    return text_of(path)


def text_of(path: Path) -> str:
    """Return what is in a file.

    Raises UserError if it can't be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}") from None


def start(folder: Path) -> str:
    """Return the text to begin with: the folder's config.sh, or the example."""
    return read(folder) if (folder / FILE_NAME).exists() else reference.example()


def assign(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with ``values`` set.

    Raises ConfigInvalid for a key that is not declared.
    """
    unknown = [
        Problem(
            line=None,
            key=key,
            wrong="there is no such key",
            accepted=config.meant(key),
            remedy=f"{FILE_NAME}.example lists every key",
        )
        for key in values
        if named(key) is None
    ]
    if unknown:
        raise ConfigInvalid(FILE_NAME, unknown)
    for key, value in values.items():
        setting = named(key)
        comment = "" if setting is None or setting.prefix else f"\n{setting.comment}"
        text = shellconf.assign(text, key, value, comment)
    return text


def save(folder: Path, text: str) -> None:
    """Replace the folder's config.sh at once: it is the old or the new one, never half of it."""
    atomic.replace(folder / FILE_NAME, text.encode(), _MODE)
