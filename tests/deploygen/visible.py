"""A deployment's folder as its user sees it: through the links, without what is behind them."""

import os
from collections.abc import Iterator
from pathlib import Path

from deploygen.layout import STATE


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` as {path below it: content}."""
    return {path: (folder / path).read_bytes() for path in paths(folder)}


def modes(folder: Path) -> dict[str, int]:
    return {path: (folder / path).stat().st_mode & 0o777 for path in paths(folder)}


def paths(folder: Path) -> list[str]:
    return sorted(_paths(folder))


def _paths(folder: Path) -> Iterator[str]:
    for base, folders, names in os.walk(folder, followlinks=True):
        if STATE in folders:
            folders.remove(STATE)
        for name in names:
            place = Path(base, name)
            if place.is_file():
                yield str(place.relative_to(folder))


def names(folder: Path) -> list[str]:
    """Return what stands in ``folder`` itself, links that lead nowhere included."""
    return sorted(path.name for path in folder.iterdir())
