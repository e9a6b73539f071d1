"""DATA_DIR: the folder in which the volumes that hold data are, where a person names one."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from shlex import quote

from deploygen import atomic, services, shellconf, topology
from deploygen import config as configs
from deploygen.errors import Notice, Problem, UserError
from deploygen.kinds import TEMPORARY_FOLDERS
from deploygen.language import _
from deploygen.layout import STATE
from deploygen.settings import Config

# Docker gives the folders of volumes the owner and the mode that the image has there. Some let
# everybody in; the folder around them does not.
_MODE = 0o700
_MARKER_MODE = 0o644
# Holds the name of the deployment whose data is beside it. In a deployment's own folder that is a
# folder, which no data may be beside.
_MARKER = STATE


def problems(
    config: Config, folder: Path, generated: Iterable[str], text: str, *, fresh: bool
) -> list[Problem]:
    """Return what speaks against DATA_DIR as the place for this deployment's data.

    ``generated`` are the files of ``folder``, whose config.sh is ``text`` before missing secrets
    are made; it is ``fresh`` where nothing was generated yet. Writes nothing.
    """
    if config.data_dir is None:
        return []
    place = Path(config.data_dir)
    reasons = [*_wrong_place(place, folder, generated)]
    if not reasons:
        try:
            reasons = [*_closed(config, place)] or [
                *_data_of_others(config, place, text, fresh=fresh)
            ]
        except OSError as error:
            reason = _("{path} can't be looked at ({reason})", path=place, reason=error.strerror)
            reasons = [(reason, _("let yourself into it"))]
    return [
        Problem(
            line=configs.line_of(text, "DATA_DIR"),
            key="DATA_DIR",
            wrong=wrong,
            accepted=_("accepted is a folder that is for this data alone, like data"),
            remedy=remedy,
        )
        for wrong, remedy in reasons
    ]


def warnings(config: Config, text: str) -> list[Notice]:
    """Return what is accepted of DATA_DIR as it is on this machine, but may not be meant."""
    if config.data_dir is None:
        return []
    try:
        is_open = Path(config.data_dir).stat().st_mode & stat.S_IXOTH
    except OSError:
        return []
    if not is_open:
        return []
    sentence = _(
        "everybody on this machine may enter the folder, and images let everybody into some of what"
        " is in it: chmod 700 {path}",
        path=config.data_dir,
    )
    return [configs.warning(text, "DATA_DIR", sentence)]


def is_there(config: Config) -> bool:
    """Tell whether DATA_DIR holds the data of a deployment, or has held it before."""
    if config.data_dir is None:
        return False
    marker = Path(config.data_dir, _MARKER)
    return os.path.lexists(marker) or any(map(_holds_something, _volumes(config)))


def make(config: Config, folder: Path) -> None:
    """Make the folders that Docker mounts, which makes none itself, and note whose they are.

    Within the deployment's ``folder`` its owner does so, where this is root. Raises UserError if
    they can't be made.
    """
    if config.data_dir is None:
        return
    place = Path(config.data_dir)
    marker = place / _MARKER
    is_marked = os.path.lexists(marker)  # be it by a link, which would be followed
    missing = [volume for volume in _volumes(config) if not os.path.lexists(volume)]
    try:
        with atomic.as_owner_of(folder) if _is_within(place, folder) else nullcontext():
            place.mkdir(mode=_MODE, parents=True, exist_ok=True)
            if not is_marked:
                atomic.create(marker, f"{config.compose_project_name}\n".encode(), _MARKER_MODE)
            for volume in missing:
                volume.mkdir(mode=_MODE)
    except OSError as error:
        raise UserError(
            _("{path} can't be made for DATA_DIR: {reason}", path=place, reason=error.strerror)
        ) from None


def _is_within(place: Path, folder: Path) -> bool:
    """Tell whether ``place`` is in ``folder``, by its name or by where that leads."""
    around = (*place.parents, *_real(place).parents)
    return any(path.is_dir() and path.samefile(folder) for path in around)


def _volumes(config: Config) -> list[Path]:
    stack = services.of(config, topology.of(config), oidc_tag="")
    return [Path(item.place) for item in services.volumes(config, stack) if item.place is not None]


def _wrong_place(place: Path, folder: Path, generated: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield why ``place`` is none for data, and what to do."""
    here = folder.absolute()
    top = {Path(path).parts[0] for path in generated} | {STATE}
    names = {_below(place, here), _below(_real(place), _real(here))}
    if "." in names:
        yield (
            _("it is the folder of config.sh, which holds more than data"),
            _("name a folder in it"),
        )
    elif here.is_relative_to(place) or _real(here).is_relative_to(_real(place)):
        yield _("the folder of config.sh is in it, which holds more than data"), _("choose another")
    elif within := sorted(name for name in names if name in top):
        wrong = _("{name} is generated, and what is in it comes and goes", name=within[-1])
        yield wrong, _("choose another name")
    elif _is_temporary(place) and not _is_temporary(here):
        yield (
            _("what is in there is removed at times, as in every temporary folder"),
            _("choose another"),
        )


def _below(place: Path, here: Path) -> str | None:
    """Return the name in ``here`` that ``place`` is at or below, ``.`` for ``here`` itself."""
    if not place.is_relative_to(here):
        return None
    return next(iter(place.relative_to(here).parts), ".")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve can't with links that go round


def _is_temporary(place: Path) -> bool:
    return any(
        path.is_relative_to(folder)
        for path in (place, _real(place))
        for folder in TEMPORARY_FOLDERS
    )


def _closed(config: Config, place: Path) -> Iterator[tuple[str, str]]:
    """Yield why what :func:`make` makes can't be made, and what to do."""
    volumes = _volumes(config)
    for volume in volumes:
        if os.path.lexists(volume) and not volume.is_dir():
            wrong = _("{path} is no folder, and one for data belongs there", path=volume)
            yield wrong, _("move it away")
            return
    if all(map(os.path.lexists, (place / _MARKER, *volumes))):
        return
    there = next(path for path in (place, *place.parents) if os.path.lexists(path))
    if not there.is_dir():
        wrong = _("{path} can't be made: {there} is no folder", path=place, there=there)
        yield wrong, _("choose another")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield (
            _(
                "{path} can't be used: this user may make nothing in {there}",
                path=place,
                there=there,
            ),
            _(
                "make it and give it to this user: `{command}`; or choose another",
                command=f"sudo mkdir -p {quote(str(place))} &&"
                f" sudo chown {os.getuid()}:{os.getgid()} {quote(str(place))}",
            ),
        )


def _data_of_others(
    config: Config, place: Path, text: str, *, fresh: bool
) -> Iterator[tuple[str, str]]:
    """Yield why what is in ``place`` is not this deployment's, and what to do."""
    name = config.compose_project_name
    marker = place / _MARKER
    around = next((path for path in _real(place).parents if (path / _MARKER).is_file()), None)
    if around is not None:
        wrong = _(
            "it is in {path}, which holds the data of the deployment {owner!r}",
            path=around,
            owner=_owner(around),
        )
        yield wrong, _("choose another")
        return
    if marker.is_dir():  # where deploygen keeps what it generated
        wrong = _("{path} is the folder of a deployment, which holds more than data", path=place)
        yield wrong, _("choose another")
        return
    owner = _owner(place) if marker.exists() else None
    if owner not in (None, name):
        wrong = _(
            "{path} holds the data of the deployment {owner!r}, and this one is {name!r}",
            path=place,
            owner=owner,
            name=name,
        )
        remedy = _(
            "choose another folder; or, if {owner!r} is gone for good and its data is to be"
            " this one's, write {name} into {marker}",
            owner=owner,
            name=name,
            marker=marker,
        )
        yield wrong, remedy
    elif fresh and any(map(_holds_something, _volumes(config))):
        key = configs.present(shellconf.parse(text)).get("OUTLINE_SECRET_KEY")
        if owner is None:
            wrong = _(
                "{path} holds data already, and nothing was generated in this folder yet",
                path=place,
            )
            remedy = _(
                "choose an empty folder; or put back the config.sh that the data was written with,"
                " and write its COMPOSE_PROJECT_NAME into {marker}",
                marker=marker,
            )
            yield wrong, remedy
        elif key is None or not key.value:
            wrong = _(
                "{path} holds data already, which a new OUTLINE_SECRET_KEY can't read", path=place
            )
            remedy = _(
                "choose an empty folder; or put back the config.sh that the data was written with"
            )
            yield wrong, remedy


def _owner(place: Path) -> str:
    return (place / _MARKER).read_text(errors="replace").strip()


def _holds_something(volume: Path) -> bool:
    try:
        return any(volume.iterdir())
    except FileNotFoundError:
        return False
    except PermissionError:  # its owner is an image's, which has started with it
        return True
