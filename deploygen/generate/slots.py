"""The two slots that generated files live in, and the one link by which they take turns.

``.deploygen/a`` and ``.deploygen/b`` each hold a whole set of files; ``.deploygen/current`` leads
to the one in use. Every top-level name of the set is a link in the deployment's folder, as
``nginx -> .deploygen/current/nginx``. So a new set takes over by the rename of one link: whenever
a run is killed, the folder shows the old set or the new one.

There are two slots and not a new folder each time, because a container that keeps running has the
old slot's folders mounted. They must not vanish under it, so a slot is changed and never removed.
"""

import errno
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from deploygen import atomic
from deploygen.errors import MachineUnfit, UserError
from deploygen.generate.plan import PRIVATE, File
from deploygen.language import _
from deploygen.layout import STATE

_CURRENT = "current"
_SLOTS = ("a", "b")
_STAGE = "stage"
_MANIFEST = "manifest.json"
FOLDER_MODE = 0o755  # containers enter as users of their own
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


@dataclass(frozen=True)
class Tree:
    """Files and folders by their path; a file is one to write, or one of this disk to take over."""

    files: dict[str, File | Path] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)

    def with_parents(self) -> "Tree":
        """Return the tree with every folder that its files are in."""
        needed = folders_of((*self.files, *self.folders))
        return Tree(self.files, dict.fromkeys(needed, FOLDER_MODE) | self.folders)


def has_any(folder: Path) -> bool:
    """Tell whether files were generated here before.

    Raises OSError where that can't be seen: what data depends on must not be made anew then.
    """
    try:
        (folder / STATE / _CURRENT).lstat()
    except FileNotFoundError:
        return False
    return True


def manifest(folder: Path) -> dict[str, str]:
    """Return what deploygen wrote into the slot in use, as {path: SHA-256}.

    Raises UserError if the file that says so is damaged.
    """
    current = folder / STATE / _CURRENT
    # Without it a run ended while the link took the place of a copy that had followed it.
    return _hashes(current if os.path.lexists(current) else current.with_name(_SLOTS[0]))


def manifest_file(hashes: Mapping[str, str]) -> dict[str, File]:
    """Return the file that remembers ``hashes``, by its path in a slot."""
    # A hash of an env file would let others guess at a weak password in it.
    text = json.dumps(hashes, indent=1, sort_keys=True) + "\n"
    return {_MANIFEST: File(text.encode(), PRIVATE)}


def places() -> list[str]:
    """Return what holds the sets of files; by a link there, what is elsewhere would be cleared."""
    return [STATE, *(f"{STATE}/{name}" for name in (*_SLOTS, _STAGE))]


def top_level(folder: Path, paths: Collection[str]) -> set[str]:
    """Return the names in ``folder`` that ``paths``, or what was written before, have there."""
    names = {_top(path) for path in (*paths, *manifest(folder))}
    with suppress(FileNotFoundError):
        # A person may have added to what has not been generated for long.
        names.update(path.name for path in (folder / STATE / _CURRENT).iterdir())
    return names - {_MANIFEST}


def parents(path: str) -> list[str]:
    """Return the folders that ``path`` is in, all below the deployment's."""
    names = path.split("/")
    return ["/".join(names[:count]) for count in range(len(names) - 1, 0, -1)]


def folders_of(paths: Iterable[str]) -> list[str]:
    """Return the folders that any of ``paths`` is in, each once."""
    return list(dict.fromkeys(parent for path in paths for parent in parents(path)))


def _top(path: str) -> str:
    return path.partition("/")[0]


def is_foreign_link(folder: Path, path: str) -> bool:
    """Tell whether ``path`` in ``folder`` is a link of a person's, or our link to one."""
    if is_linked(folder, path):
        return (folder / STATE / _CURRENT / path).is_symlink()
    return (folder / path).is_symlink()


def is_linked(folder: Path, name: str) -> bool:
    """Tell whether ``name`` in ``folder`` is our link."""
    path = folder / name
    return path.is_symlink() and str(path.readlink()) == _link(name)


def found(folder: Path, names: Collection[str]) -> Tree:
    """Return all that is there under top-level ``names``: ours and a person's."""
    there = Tree()
    for name in names:
        place = _place(folder, name)
        if place.is_symlink() or not place.is_dir():
            if os.path.lexists(place):
                there.files[name] = place
            continue
        # What can't be listed could not be kept.
        for base, folders, files in os.walk(place, onerror=_raise):
            below = Path(name, os.path.relpath(base, place))
            there.folders[str(below)] = Path(base).stat().st_mode & 0o777
            links = [item for item in folders if Path(base, item).is_symlink()]
            there.files.update({str(below / item): Path(base, item) for item in (*files, *links)})
    return there


def holds(path: Path, file: File) -> bool:
    """Tell whether ``path`` is a file with that content and that mode."""
    return (
        path.is_file()
        and path.read_bytes() == file.content
        and path.stat().st_mode & 0o777 == file.mode
    )


def make_folders(folder: Path) -> None:
    """Make a folder and those that it is in, all but those that are there."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    _make_folder(folder, FOLDER_MODE)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Give an empty folder for what is not in its place yet; whatever happens, it is gone after."""
    stage = folder / STATE / _STAGE
    shutil.rmtree(stage, ignore_errors=True)
    make_folders(stage)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def adopt(folder: Path, names: Collection[str]) -> None:
    """Move what stands in the place of links into the slots, and put the links there.

    So it is after a copy that followed links, or where a person had a folder with such a name. What
    the folder shows stays the same, but for the moment between two renames of a folder.
    """
    unlinked = [
        name
        for name in sorted(names)
        if os.path.lexists(folder / name) and not is_linked(folder, name)
    ]
    if not unlinked:
        return
    there = found(folder, names)
    hashes = manifest(folder)
    with staging(folder) as stage:
        _fill(folder, Tree({**manifest_file(hashes), **there.files}, there.folders), stage)
        for name in unlinked:
            _put_link(_link(name), folder / name, stage)
        atomic.sync_folder(folder)


def turn(folder: Path, tree: Tree) -> None:
    """Make the other slot hold ``tree``, and let it take over."""
    names = {_top(path) for path in (*tree.files, *tree.folders)}
    with staging(folder) as stage:
        _fill(folder, tree, stage, links=names - {_MANIFEST})


def tidy(folder: Path, private: Collection[str]) -> None:
    """Remove what a set that is no longer in use left: links that lead nowhere, and secrets.

    Secrets are the ``private`` files, and of those that deploygen wrote before, what only the owner
    can read. No container mounts one; what a person keeps private, a container may well use.
    """
    if not has_any(folder):
        return
    shutil.rmtree(folder / STATE / _STAGE, ignore_errors=True)
    for link in list(folder.iterdir()):
        if is_linked(folder, link.name) and not link.exists():
            link.unlink()
    slot = _spare(folder)
    for path in {*_hashes(slot), *private}:
        place = slot / path
        if place.is_symlink() or _is_elsewhere(slot, path) or not place.is_file():
            continue
        if path in private or not place.stat().st_mode & 0o077:
            place.unlink()
    # Last, for it tells the next run what this one may not have come to.
    (slot / _MANIFEST).unlink(missing_ok=True)


def _hashes(slot: Path) -> dict[str, str]:
    path = slot / _MANIFEST
    try:
        known = json.loads(path.read_bytes())
        if isinstance(known, dict) and all(isinstance(item, str) for item in known.values()):
            return known
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        pass
    raise UserError(
        _(
            "{path} is damaged; remove it and run this again"
            " (files edited by hand may then be reported once)",
            path=path,
        )
    )


def _fill(folder: Path, tree: Tree, stage: Path, links: Collection[str] = ()) -> None:
    """Make the other slot hold ``tree``, and switch to it.

    All that needs room on the disk is made in ``stage`` before anything else is touched.
    """
    slot = _spare(folder)
    _symlink(slot.name, stage / _CURRENT)
    tree = tree.with_parents()
    staged = _staged(tree, slot, stage / "files")
    _clear(slot, tree)
    for path, mode in sorted({"": FOLDER_MODE, **tree.folders}.items()):
        _make_folder(slot / path, mode)
    for path in staged:
        (stage / "files" / path).replace(slot / path)
    for path in ("", *tree.folders):
        atomic.sync_folder(slot / path)
    for name in sorted(links):
        if not is_linked(folder, name):
            _put_link(_link(name), folder / name, stage)
    atomic.sync_folder(folder)
    _move(stage / _CURRENT, folder / STATE / _CURRENT, stage)
    atomic.sync_folder(folder / STATE)


def _staged(tree: Tree, slot: Path, stage: Path) -> list[str]:
    """Make in ``stage`` what ``slot`` does not hold yet, and return the paths of that."""
    staged = []
    for path, item in tree.files.items():
        if _has(slot, path, item):
            continue
        make_folders((stage / path).parent)
        if isinstance(item, File):
            atomic.create(stage / path, item.content, item.mode)
        else:
            _take_over(item, stage / path, _leads_to(item, path, slot))
        staged.append(path)
    return staged


def _has(slot: Path, path: str, item: File | Path) -> bool:
    place = slot / path
    if not os.path.lexists(place) or _is_elsewhere(slot, path):
        return False
    if isinstance(item, File):
        return not place.is_symlink() and holds(place, item)
    return os.path.samestat(place.lstat(), item.lstat())


def _is_elsewhere(slot: Path, path: str) -> bool:
    """Tell whether a folder that ``path`` is in is a link, which a person made."""
    return any((slot / item).is_symlink() for item in parents(path))


def _leads_to(path: Path, below: str, slot: Path) -> Path | None:
    """Return where a relative link has to lead to as ``below`` in ``slot``, if not as it does.

    Slots are equally deep, so links in them stay as they are.
    """
    if not path.is_symlink() or slot.parent in path.parents or path.readlink().is_absolute():
        return None
    folder = slot.parents[1].resolve()
    target = Path(os.path.normpath((folder / below).parent / path.readlink()))
    if target.is_relative_to(folder / _top(below)):
        return None
    return Path(os.path.relpath(target, (folder / STATE / slot.name / below).parent))


def _take_over(source: Path, target: Path, leads_to: Path | None) -> None:
    """Give a file a second name; where that can't be, or a link has to change, make another."""
    if leads_to:
        target.symlink_to(leads_to)
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
        if not target.is_symlink():
            with target.open("rb") as copied:
                os.fsync(copied.fileno())


def _clear(slot: Path, tree: Tree) -> None:
    """Remove from ``slot`` what is not in ``tree``."""
    for base, folders, files in os.walk(slot, topdown=False, onerror=_raise_unless_missing):
        for name in (*files, *folders):
            path = Path(base, name)
            below = str(path.relative_to(slot))
            if path.is_symlink() or not path.is_dir():
                if below not in tree.files:
                    path.unlink()
            elif below not in tree.folders:
                path.rmdir()


def _put_link(leads_to: str, path: Path, stage: Path) -> None:
    _symlink(leads_to, stage / "link")
    _move(stage / "link", path, stage)


def _move(link: Path, path: Path, stage: Path) -> None:
    """Rename ``link`` to ``path``; a folder there, which no rename replaces, is moved away."""
    if path.is_dir() and not path.is_symlink():
        path.rename(stage / f"away-{path.name}")
    link.replace(path)


def _symlink(leads_to: str, path: Path) -> None:
    folder = path.parents[2]
    try:
        path.symlink_to(leads_to)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        raise MachineUnfit(
            _(
                "the file system of {folder} has no symbolic links, by which generated files"
                " are replaced all at once: take a folder on another one",
                folder=folder,
            )
        ) from None


def _spare(folder: Path) -> Path:
    """Return the slot that is not in use."""
    current = folder / STATE / _CURRENT
    used = current.readlink().name if current.is_symlink() else None
    return folder / STATE / next(name for name in _SLOTS if name != used)


def _link(name: str) -> str:
    return f"{STATE}/{_CURRENT}/{name}"


def _place(folder: Path, name: str) -> Path:
    """Return where that lies which is seen as ``name``, or would be but for a missing link."""
    if is_linked(folder, name) or not os.path.lexists(folder / name):
        return folder / STATE / _CURRENT / name
    return folder / name


def _make_folder(folder: Path, mode: int) -> None:
    """Let ``folder`` be there with ``mode``, whatever the umask."""
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
    if folder.stat().st_mode & 0o777 != mode:
        folder.chmod(mode)


def _raise(error: OSError) -> NoReturn:
    raise error


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
