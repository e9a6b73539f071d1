"""A deployment's folder: its config.sh and the files that follow from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from deploygen import config, data, engine, kinds, secrets, shellconf, sources, topology
from deploygen.config import FILE_NAME
from deploygen.configfile import read
from deploygen.errors import ConfigInvalid, Notice, Problem
from deploygen.generate import difference, plan, write
from deploygen.generate.difference import Difference
from deploygen.generate.plan import PRIVATE, File
from deploygen.generate.write import Changes
from deploygen.settings import Config
from deploygen.topology import Topology


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


def render(folder: Path, text: str, *, overwrite: bool = False) -> Rendered:
    """Write config.sh, with its missing secrets made, and every file that follows from it.

    Raises ConfigInvalid or FilesInTheWay before anything is written.
    """
    filled, loaded = _load(text, folder)
    files = plan.files(loaded, sources.find())
    own = {FILE_NAME: File(filled.encode(), PRIVATE)}
    changes = write.apply(folder, files, own, overwrite=overwrite)
    data.make(loaded)
    return Rendered(
        config=loaded,
        topology=topology.of(loaded),
        changes=changes,
        warnings=tuple(_warnings(loaded, filled)),
    )


def compare(folder: Path) -> Comparison:
    """Return what a run would change in the folder. Writes nothing.

    Raises ConfigInvalid if something in config.sh is wrong.
    """
    text, loaded = _load(read(folder), folder)
    where = sources.find()
    own = {FILE_NAME: File(text.encode(), PRIVATE)}
    files = plan.files(loaded, where)
    differences = difference.between(
        folder, files, own, loaded, lambda changed: plan.files(changed, where)
    )
    return Comparison(differences=differences)


def check(folder: Path) -> Checked:
    """Look at the folder's configuration, and whether this machine has what it names.

    Raises ConfigInvalid if something is wrong.
    """
    text, loaded = _load(read(folder), folder)
    warnings = _warnings(loaded, text)
    if loaded.network is not None:
        try:
            _look_for_network(loaded.network, engine.networks(), text)
        except engine.EngineError as error:
            sentence = f"whether there is a network {loaded.network!r} could not be seen: {error}"
            warnings.append(config.warning(text, "NETWORK", sentence))
    return Checked(warnings=tuple(warnings))


def _look_for_network(network: str, there: Collection[str], text: str) -> None:
    """Raises ConfigInvalid if ``network`` is not among those that are there."""
    if network in there:
        return
    found = shellconf.parse(text).last("NETWORK")
    others = sorted(set(there) - kinds.NETWORKS_OF_DOCKER)
    problem = Problem(
        line=found.line if found else None,
        key="NETWORK",
        wrong=f"there is no Docker network {network!r} on this machine",
        accepted=f"accepted here is {' or '.join(others)}" if others else "",
        remedy=f"make it: `docker network create {network}`",
    )
    raise ConfigInvalid(FILE_NAME, [problem])


def judge(folder: Path, text: str) -> tuple[Notice, ...]:
    """Return what ``text`` is warned of as the folder's config.sh, with its missing secrets made.

    Raises ConfigInvalid if something is wrong.
    """
    filled, loaded = _load(text, folder)
    return tuple(_warnings(loaded, filled))


def _load(text: str, folder: Path) -> tuple[str, Config]:
    """Return ``text`` with its missing secrets made, and what it says.

    Raises ConfigInvalid if something is wrong with it, or with the folder for data that it names.
    """
    fresh = not write.has_written(folder)
    filled = secrets.fill(text, folder, fresh=fresh, taken=names_taken)
    loaded = config.load(filled, folder)
    if loaded.data_dir is not None:
        generated = plan.files(loaded, sources.find())
        if problems := data.problems(loaded, folder, generated, text, fresh=fresh):
            raise ConfigInvalid(FILE_NAME, problems)
    return filled, loaded


def _warnings(loaded: Config, text: str) -> list[Notice]:
    return [*config.warnings(loaded, text), *data.warnings(loaded, text)]


def names_taken() -> Collection[str]:
    """Return the names that deployments on this machine have, as far as docker can be asked."""
    try:
        return engine.projects()
    except engine.EngineError:
        return ()
