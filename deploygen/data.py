"""DATA_DIR: the folder in which the volumes that hold data are, where a person names one."""

from collections.abc import Iterable
from pathlib import Path

from deploygen import services, shellconf, topology
from deploygen.config import FILE_NAME
from deploygen.errors import ConfigInvalid, Problem, UserError
from deploygen.settings import Config

# Docker gives each folder the owner and the mode that the image has there.
_MODE = 0o700


def prepare(config: Config, folder: Path, generated: Iterable[str], text: str) -> None:
    """Make the folders that Docker mounts: it makes none itself.

    Raises ConfigInvalid if they would be among the ``generated`` files of ``folder``, whose
    config.sh is ``text``, and UserError if they can't be made.
    """
    if config.data_dir is None:
        return
    if name := _among(Path(config.data_dir), folder, generated):
        raise ConfigInvalid(FILE_NAME, [_in_the_way(name, text)])
    stack = services.of(config, topology.of(config), oidc_tag="")
    for volume in services.volumes(config, stack):
        if volume.place is not None:
            _make(Path(volume.place))


def _among(place: Path, folder: Path, generated: Iterable[str]) -> str | None:
    """Return the generated folder that ``place`` is in, if any."""
    here = folder.absolute()
    if not place.is_relative_to(here):
        return None
    top = {Path(path).parts[0] for path in generated} | {".deploygen"}
    first = place.relative_to(here).parts[:1]
    return first[0] if first and first[0] in top else None


def _in_the_way(name: str, text: str) -> Problem:
    found = shellconf.parse(text).last("DATA_DIR")
    return Problem(
        line=found.line if found else None,
        key="DATA_DIR",
        wrong=f"{name} is generated, and what is in it comes and goes",
        accepted="accepted is a folder that is for this data alone, like data",
        remedy="choose another name",
    )


def _make(place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=_MODE, exist_ok=True)
    except OSError as error:
        raise UserError(f"{place} can't be made for DATA_DIR: {error.strerror}") from None
