"""What a folder holds, against what would be generated: file by file, and whose each one is."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from os import lstat
from pathlib import Path

from deploygen.generate import slots
from deploygen.generate.plan import File


class Kind(StrEnum):
    """How a path differs from what is generated."""

    MISSING = "missing"
    OUTDATED = "outdated"  # as deploygen wrote it, but config.sh says something else now
    MODE = "mode"  # its own, or that of a folder that it is in
    NOT_NEEDED = "not needed"
    EDITED = "edited"
    IN_THE_WAY = "in the way"  # a person's own


KEPT = {Kind.EDITED, Kind.IN_THE_WAY}


def differing(folder: Path, files: Mapping[str, File]) -> dict[str, Kind]:
    """Return how each path differs that does; first those of ``files``, then what is too much."""
    known = slots.manifest(folder)
    wrong = wrong_modes(folder, files)
    found = {
        path: _kind(folder, path, file, known.get(path), wrong) for path, file in files.items()
    }
    for path, digest in known.items():
        if path not in files and (folder / path).is_file():
            edited = _digest(folder / path) != digest
            found[path] = Kind.EDITED if edited else Kind.NOT_NEEDED
    return {path: kind for path, kind in found.items() if kind}


def blockers(folder: Path, files: Mapping[str, File]) -> list[str]:
    """Return what can neither be replaced by a file or a folder, nor be kept within one of ours."""
    return sorted({*_blockers(folder, files), *_used_by_others(folder, files)})


def wrong_modes(folder: Path, files: Mapping[str, File]) -> dict[str, tuple[int, int]]:
    """Return {path: (its mode, the one to have)} of ``files`` and the folders that they are in."""
    wanted = dict.fromkeys(slots.folders_of(files), slots.FOLDER_MODE)
    wanted |= {path: file.mode for path, file in files.items()}
    modes = {
        path: ((folder / path).stat().st_mode & 0o777, mode)
        for path, mode in wanted.items()
        if (folder / path).exists()
    }
    return {path: (mode, other) for path, (mode, other) in modes.items() if mode != other}


def _kind(
    folder: Path, path: str, file: File, known: str | None, wrong: Collection[str]
) -> Kind | None:
    place = folder / path
    if slots.is_foreign_link(folder, path):
        return Kind.IN_THE_WAY
    if not place.is_file():
        return Kind.MISSING
    if place.read_bytes() == file.content:
        has_wrong = any(item in wrong for item in (path, *slots.parents(path)))
        return Kind.MODE if has_wrong else None
    if known is None:
        return Kind.IN_THE_WAY
    return Kind.OUTDATED if _digest(place) == known else Kind.EDITED


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _blockers(folder: Path, files: Iterable[str]) -> Iterator[str]:
    """Yield what is no file in the place of one, like a pipe, and no folder in that of one."""
    yield from (path for path in slots.places() if (folder / path).is_symlink())
    for path in files:
        place = folder / path
        if place.exists() and not place.is_file() and not slots.is_foreign_link(folder, path):
            yield path
    for path in slots.folders_of(files):
        place = folder / path
        if slots.is_foreign_link(folder, path) or (place.exists() and not place.is_dir()):
            yield path


def _used_by_others(folder: Path, files: Mapping[str, File]) -> Iterator[str]:
    """Yield a person's folders within ours that belong to somebody else.

    So does the data of a database in a container, which would go on writing into the slot that it
    was started with.
    """
    if not folder.is_dir():
        return
    people = {os.geteuid(), folder.stat().st_uid}
    ours = slots.folders_of((*files, *slots.manifest(folder)))
    for name in slots.top_level(folder, files):
        for base, folders, _ in os.walk(folder / name):
            for path in (Path(base, item) for item in folders):
                below, status = str(path.relative_to(folder)), lstat(path)
                foreign = stat.S_ISDIR(status.st_mode) and status.st_uid not in people
                if foreign and below not in ours:
                    yield below
