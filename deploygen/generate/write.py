"""The only effect of generating: stage every file, then replace; never touch what is not ours.

``.deploygen/manifest.json`` remembers what was written, as {path: SHA-256}. By it a file that a
person edited is told from one of ours, and one that is no longer generated is removed.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploygen.errors import FilesInTheWay, UserError
from deploygen.generate.plan import PRIVATE, File

STATE = ".deploygen"
_MANIFEST = f"{STATE}/manifest.json"


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a run wrote, removed and found as it should be."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def apply(
    folder: Path,
    files: Mapping[str, File],
    persons: Mapping[str, File],
    *,
    overwrite: bool = False,
) -> Changes:
    """Make ``folder`` hold exactly ``files`` beside what is not ours.

    ``persons`` are files that we write and a person edits (config.sh): their new content is written
    first, and they are never in anybody's way. Raises FilesInTheWay, before anything is written,
    for generated files that a person edited and for files of theirs where ours would go, unless
    ``overwrite``.
    """
    manifest = _manifest(folder)
    hashes = {path: sha256(file.content).hexdigest() for path, file in files.items()}
    changed = [path for path, file in files.items() if not _is(folder / path, file)]
    stale = [path for path in manifest if path not in files and (folder / path).is_file()]
    if blocked := sorted({name for path in changed for name in _blocked(folder, path)}):
        raise FilesInTheWay(_explain_blocked(blocked))
    in_the_way = [
        path
        for path in (*changed, *stale)
        if (folder / path).is_file() and _hash(folder / path) not in _ours(path, manifest, hashes)
    ]
    if in_the_way and not overwrite:
        raise FilesInTheWay(_explain(in_the_way))

    _replace(folder, {path: file for path, file in persons.items() if not _is(folder / path, file)})
    _replace(folder, {path: files[path] for path in changed})
    _remove(folder, stale)
    # A hash of an env file would let others guess at a weak password in it.
    record = File((json.dumps(hashes, indent=1, sort_keys=True) + "\n").encode(), PRIVATE)
    if not _is(folder / _MANIFEST, record):
        _replace(folder, {_MANIFEST: record})
    return Changes(
        written=tuple(changed), removed=tuple(stale), unchanged=len(files) - len(changed)
    )


def has_written(folder: Path) -> bool:
    """Tell whether files were generated here before, so that data may depend on them."""
    return (folder / _MANIFEST).exists()


def _blocked(folder: Path, path: str) -> Iterator[str]:
    """Yield what can't be replaced by a file: a folder in its place, a file in its folder's."""
    if (folder / path).is_dir():
        yield path
    for parent in Path(path).parents:
        if (folder / parent).exists() and not (folder / parent).is_dir():
            yield str(parent)


def _ours(path: str, manifest: Mapping[str, str], hashes: Mapping[str, str]) -> set[str]:
    """Return the hashes that a file at ``path`` has if nobody but deploygen wrote it."""
    return {known[path] for known in (manifest, hashes) if path in known}


def _manifest(folder: Path) -> dict[str, str]:
    path = folder / _MANIFEST
    if not path.exists():
        return {}
    try:
        manifest: dict[str, str] = json.loads(path.read_bytes())
    except ValueError:
        raise UserError(
            f"{path} is damaged; remove it and run this again"
            " (files edited by hand may then be reported once)"
        ) from None
    return manifest


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _is(path: Path, file: File) -> bool:
    return (
        path.is_file()
        and path.read_bytes() == file.content
        and path.stat().st_mode & 0o777 == file.mode
    )


def _explain(paths: Iterable[str]) -> str:
    listed = "\n".join(f"  {path}" for path in sorted(paths))
    return (
        f"these files are not as deploygen wrote them, so they were kept:\n{listed}\n"
        "Nothing was written. Move your changes of docker-compose.yml to"
        " docker-compose.override.yml,\nwhich is never touched; or run again with --overwrite to"
        " have deploygen's versions."
    )


def _explain_blocked(paths: Iterable[str]) -> str:
    listed = "\n".join(f"  {path}" for path in paths)
    return (
        f"these are in the way of generated files or folders:\n{listed}\n"
        "Nothing was written. Move them elsewhere and run this again."
    )


def _replace(folder: Path, files: Mapping[str, File]) -> None:
    """Stage all of ``files`` on the same file system, then move each to its place."""
    stage = folder / STATE / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    for path, file in files.items():
        staged = stage / path
        _make_folder(staged.parent)
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode)
        with os.fdopen(descriptor, "wb") as stream:
            # The umask may have taken bits away; containers read these as another user.
            os.fchmod(stream.fileno(), file.mode)
            stream.write(file.content)
            stream.flush()
            os.fsync(stream.fileno())
    for path in files:
        _make_folder((folder / path).parent)
        (stage / path).replace(folder / path)
    shutil.rmtree(stage, ignore_errors=True)


def _make_folder(folder: Path) -> None:
    """Make a folder that a container's user can enter, whatever the umask; leave others alone."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir()
    folder.chmod(0o755)


def _remove(folder: Path, paths: Iterable[str]) -> None:
    for path in paths:
        (folder / path).unlink()
        parent = (folder / path).parent
        while parent != folder and not any(parent.iterdir()):
            parent.rmdir()
            parent = parent.parent
