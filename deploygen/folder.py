"""A deployment's folder: its config.sh and the files that follow from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from deploygen import (
    atomic,
    config,
    data,
    engine,
    kinds,
    lasting,
    secrets,
    sources,
    topology,
)
from deploygen.configfile import read
from deploygen.errors import ConfigInvalid, Notice, Problem, UserError
from deploygen.generate import plan, write
from deploygen.generate.plan import PRIVATE, File
from deploygen.generate.write import Changes
from deploygen.language import _, either
from deploygen.layout import FILE_NAME
from deploygen.settings import Config
from deploygen.sources import Sources
from deploygen.topology import Topology

if TYPE_CHECKING:  # comparing takes more along than rendering does
    from deploygen.generate.difference import Difference


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What a run made: the configuration it read, where things answer, and the files' changes."""

    config: Config
    topology: Topology
    changes: Changes
    warnings: tuple[Notice, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What in a folder is not as its config.sh has it."""

    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a look at a folder found that is right, but may not be meant or could not be seen."""

    warnings: tuple[Notice, ...]


def render(
    folder: Path, text: str, *, before: str | None = None, overwrite: bool = False
) -> Rendered:
    """Write config.sh, with its missing secrets made, and every file that follows from it.

    Its ``text`` was made of what it held ``before``, if it was there. Raises ConfigInvalid,
    FilesInTheWay or, where it holds something else now, UserError before anything is written.
    """
    fresh = not write.has_written(folder)
    loaded = _load(text, folder)
    known = {FILE_NAME: None if before is None else before.encode()}
    own = loaded.own(folder)
    warnings = _warnings(loaded, folder)
    with atomic.locked(folder):
        changes = write.apply(folder, loaded.files, own, before=known, overwrite=overwrite)
        data.make(loaded.config, folder)
        lasting.remember(loaded.config, folder)
    where = topology.of(loaded.config)
    if fresh:
        from deploygen import ports  # noqa: PLC0415 - once for a deployment

        warnings += ports.warnings(loaded.config, where, folder, loaded.text)
        warnings += _of_same_name(loaded, folder, told=True)
    return Rendered(config=loaded.config, topology=where, changes=changes, warnings=tuple(warnings))


def compare(folder: Path) -> Comparison:
    """Return what a run would change in the folder. Writes nothing.

    Raises ConfigInvalid if something in config.sh is wrong.
    """
    from deploygen.generate import difference  # noqa: PLC0415 - for no other verb

    loaded = _load(read(folder), folder)
    differences = difference.between(
        folder,
        loaded.files,
        loaded.own(folder),
        loaded.config,
        lambda changed: plan.files(changed, loaded.sources),
    )
    return Comparison(differences=differences)


def check(folder: Path) -> Checked:
    """Look at the folder's configuration, and whether this machine has what it names.

    Raises ConfigInvalid if something is wrong.
    """
    loaded = _load(read(folder), folder)
    warnings = _warnings(loaded, folder)
    warnings += _of_same_name(loaded, folder, told=False)
    network = loaded.config.network
    if network is not None:
        try:
            _look_for_network(network, engine.networks(), loaded.text)
        except engine.EngineError as error:
            sentence = _(
                "whether there is a network {network!r} could not be seen: {reason}",
                network=network,
                reason=error,
            )
            warnings.append(config.warning(loaded.text, "NETWORK", sentence))
    return Checked(warnings=tuple(warnings))


def _look_for_network(network: str, there: Collection[str], text: str) -> None:
    """Raises ConfigInvalid if ``network`` is not among those that are there."""
    if network in there:
        return
    others = sorted(set(there) - kinds.NETWORKS_OF_DOCKER)
    problem = Problem(
        line=config.line_of(text, "NETWORK"),
        key="NETWORK",
        wrong=_("there is no Docker network {network!r} on this machine", network=network),
        accepted=_("accepted here is {networks}", networks=either(others)) if others else "",
        remedy=_("make it: `docker network create {network}`", network=network),
    )
    raise ConfigInvalid(FILE_NAME, [problem])


def judge(folder: Path, text: str) -> tuple[Notice, ...]:
    """Return what ``text`` is warned of as the folder's config.sh, with its missing secrets made.

    Raises ConfigInvalid if something is wrong.
    """
    return tuple(_warnings(_load(text, folder), folder))


@dataclass(frozen=True)
class _Loaded:
    """The text of a config.sh with its missing secrets made, and what follows from it."""

    text: str
    config: Config

    def own(self, folder: Path) -> dict[str, File]:
        mode = atomic.strict_mode(folder / FILE_NAME, PRIVATE)
        return {FILE_NAME: File(self.text.encode(), mode)}

    @cached_property
    def sources(self) -> Sources:
        return sources.find()

    @cached_property
    def files(self) -> dict[str, File]:
        return plan.files(self.config, self.sources)


def _load(text: str, folder: Path) -> _Loaded:
    """Read the ``text`` of the folder's config.sh.

    Raises ConfigInvalid if something is wrong with it, or with the folder for data that it names,
    and UserError where the folder itself can't be one.
    """
    if ":" in str(folder.resolve()):  # which compose takes for the end of a mount's source
        raise UserError(
            _(
                "{folder}: Docker mounts nothing from a path with a colon in it; rename that "
                "folder, or make the deployment elsewhere",
                folder=folder.resolve(),
            )
        )
    fresh = not write.has_written(folder)
    filled = secrets.fill(
        text, folder, fresh=fresh, taken=lambda: {*names_taken(), *lasting.names_beside(folder)}
    )
    loaded = _Loaded(filled, config.load(filled, folder))
    if loaded.config.data_dir is not None:
        problems = data.problems(loaded.config, folder, loaded.files, text, fresh=fresh)
        if problems:
            raise ConfigInvalid(FILE_NAME, problems)
    return loaded


def _warnings(loaded: _Loaded, folder: Path) -> list[Notice]:
    return [
        *config.warnings(loaded.config, loaded.text),
        *data.warnings(loaded.config, loaded.text),
        *lasting.warnings(loaded.config, folder, loaded.text),
    ]


def _of_same_name(loaded: _Loaded, folder: Path, *, told: bool) -> list[Notice]:
    """Return which other deployments have this one's name; if that can't be seen, it may be told.

    One that was moved, or removed, is no other.
    """
    name = loaded.config.compose_project_name
    try:
        places = [Path(place) for place in places_of(name)]
    except engine.EngineError as error:
        sentence = _(
            "whether another deployment on this machine is called {name} could not be seen, and two"
            " of one name would share containers and data: {reason}",
            name=name,
            reason=error,
        )
        return [config.warning(loaded.text, "COMPOSE_PROJECT_NAME", sentence)] if told else []
    return [
        lasting.same_name(loaded.text, place)
        for place in sorted(places)
        if _is_another(place, folder)
    ]


def _is_another(place: Path, folder: Path) -> bool:
    """Tell whether a deployment is in ``place`` that is not the one in ``folder``."""
    try:
        (place / FILE_NAME).stat()
        return not place.samefile(folder)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # it is in a folder that is closed to this user, as another's home is
        return True


def places_of(name: str) -> Collection[str]:
    """Return the folders from which compose started what is called ``name``."""
    return engine.folders(name)


@cache
def names_taken() -> Collection[str]:
    """Return the names that deployments on this machine have, as far as docker can be asked.

    It is asked once, however often a name is to be made.
    """
    try:
        return engine.projects()
    except engine.EngineError:
        return ()
