"""Makes a folder hold what is generated, all at once; what a person edited or added is kept."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from deploygen import atomic
from deploygen.errors import FilesInTheWay
from deploygen.generate import slots, state
from deploygen.generate.plan import PRIVATE, File
from deploygen.generate.slots import Tree
from deploygen.language import N_, _

_OVERRIDE = "docker-compose.override.yml"
# Where a person's changes of a generated file belong, by its top-level name; never touched there.
_PLACES = {
    "docker-compose.yml": _OVERRIDE,
    "env": N_("{override}, as `environment` of the service"),
    "oidc-server": N_("an image of yours, which OIDC_SERVER_IMAGE names"),
    "outer-proxy": N_("a copy elsewhere, which the web server reads"),
    "config.sh.example": "config.sh",
    "config.zh-CN.sh.example": "config.sh",
}
_PLACE_OF_MOUNTED = N_("a file of yours, which {override} mounts over it in the container")


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
    before: Mapping[str, bytes | None] = MappingProxyType({}),
    overwrite: bool = False,
) -> Changes:
    """Make ``folder`` hold exactly ``files`` beside what is not ours, as its owner.

    ``persons`` are files that we write and a person edits (config.sh): their new content is written
    first, since all else follows from it, and they are never in anybody's way. It was made of what
    they held ``before``, where None is no file. Raises UserError, before anything is written, if
    they hold something else now; and FilesInTheWay for generated files that a person edited and for
    files of theirs where ours would go, unless ``overwrite``.
    """
    with atomic.as_owner_of(folder):
        found = state.differing(folder, files)
        if blocked := state.blockers(folder, files):
            raise FilesInTheWay(_explain_blocked(blocked))
        kept = sorted(path for path, kind in found.items() if kind in state.KEPT)
        if kept and not overwrite:
            raise FilesInTheWay(_explain(kept))

        for name, content in before.items():
            atomic.expect(folder / name, content, persons[name].content)
        _write_persons(folder, persons)
        slots.adopt(folder, slots.top_level(folder, files))
        if found:
            slots.turn(folder, _tree(folder, files, found))
        slots.tidy(folder, {path for path, file in files.items() if file.mode == PRIVATE})
        written = tuple(path for path in files if path in found)
        return Changes(
            written=written,
            removed=tuple(path for path in found if path not in files),
            unchanged=len(files) - len(written),
        )


def has_written(folder: Path) -> bool:
    """Tell whether files were generated here before, so that data may depend on them."""
    return slots.has_any(folder)


def _write_persons(folder: Path, persons: Mapping[str, File]) -> None:
    for name, file in persons.items():
        path = folder / name
        if slots.holds(path, file):
            continue
        with slots.staging(folder) as stage:
            # A link may lead to another file system, where a rename from here can't reach.
            beside = None if path.is_symlink() else stage
            atomic.replace(path, file.content, file.mode, staging=beside)


def _tree(folder: Path, files: Mapping[str, File], changed: Collection[str]) -> Tree:
    """Return ``files`` with what is a person's among them; what has not changed is taken over."""
    known = slots.manifest(folder)
    there = slots.found(folder, slots.top_level(folder, files))
    wanted: dict[str, File | Path] = {
        path: file if path in changed else there.files[path] for path, file in files.items()
    }
    wanted |= {
        path: place
        for path, place in there.files.items()
        if path not in known and path not in files
    }
    left_over = {*slots.folders_of(known)} - {*slots.folders_of(wanted)}
    ours = {*slots.folders_of(files)}
    hashes = {path: sha256(file.content).hexdigest() for path, file in files.items()}
    return Tree(
        {**slots.manifest_file(hashes), **wanted},
        {path: mode for path, mode in there.folders.items() if path not in left_over | ours},
    )


def _explain(paths: Collection[str]) -> str:
    tops = [path.partition("/")[:2] for path in paths]
    places = {name + slash: _PLACES.get(name, _PLACE_OF_MOUNTED) for name, slash in tops}
    moves = [
        _("of {name} to {place}", name=name, place=_(place, override=_OVERRIDE))
        for name, place in places.items()
    ]
    return _(
        "these files are not as deploygen wrote them, so they were kept:\n{files}\n"
        "Nothing was written. Move your changes\n{moves}\n"
        "or run this again with --overwrite to have deploygen's versions.",
        files=_lines(paths),
        moves=_lines(moves),
    )


def _explain_blocked(paths: Iterable[str]) -> str:
    return _(
        "these are in the way of generated files or folders:\n{files}\n"
        "Nothing was written. Move them elsewhere and run this again.",
        files=_lines(paths),
    )


def _lines(items: Iterable[str]) -> str:
    return "\n".join(f"  {item}" for item in items)
