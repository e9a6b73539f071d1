"""What the data of a deployment depends on, remembered so that a change of it is told.

Data stays where it was when one of these keys changes, and nothing else shows that it is missed
until the wiki is opened. The folder is remembered too: a copy of it has the same name, and so the
containers and the volumes of the first one.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from shlex import quote

from deploygen import atomic, data
from deploygen import config as configs
from deploygen.commands import entering
from deploygen.errors import Notice
from deploygen.generate.plan import PRIVATE
from deploygen.language import N_, _
from deploygen.layout import STATE
from deploygen.settings import Config

_FILE = "lasting.json"
_FOLDER = "folder"
_NAME = "COMPOSE_PROJECT_NAME"
_UPLOADS = N_("what was uploaded stays where it was, and the wiki doesn't find it")
_LOST = {
    _NAME: N_("the data is in volumes of that name, and under another one the wiki begins empty"),
    "DATA_DIR": N_("the data stays where it was, and elsewhere the wiki begins empty"),
    "FILE_STORAGE": _UPLOADS,
    "AWS_S3_UPLOAD_BUCKET_NAME": _UPLOADS,
}


def remember(config: Config, folder: Path) -> None:
    """Remember what the files of ``folder`` were generated with, once they are in their place."""
    known = _read(folder)
    other = _original(known, folder)
    place = other if other and _names(other, config) else folder.resolve()
    content = json.dumps({_FOLDER: str(place), **_values(config)}, indent=1).encode() + b"\n"
    path = folder / STATE / _FILE
    with atomic.as_owner_of(folder):
        if not path.exists() or path.read_bytes() != content:
            atomic.replace(path, content, PRIVATE)


def warnings(config: Config, folder: Path, text: str) -> list[Notice]:
    """Return what the change of a key, since files were generated, has the wiki lose.

    ``text`` is the config.sh of ``folder``.
    """
    known = _read(folder)
    other = _original(known, folder)
    if other:
        return [same_name(text, other)] if _names(other, config) else []
    return [
        configs.warning(text, key, sentence) for key, sentence in _changes(known, config, folder)
    ]


def same_name(text: str, other: Path) -> Notice:
    """Return the warning that the deployment in ``other`` has the name that ``text`` gives."""
    sentence = _(
        "the deployment in {other} has the same name, and so the same containers and volumes: give"
        " this one another, unless it takes the place of that one",
        other=other,
    )
    return configs.warning(text, _NAME, sentence)


def names_beside(folder: Path) -> frozenset[str]:
    """Return the names of the deployments in folders beside ``folder``, started or not."""
    here = folder.resolve()
    try:
        beside = [path for path in here.parent.iterdir() if path != here]
    except OSError:
        return frozenset()
    return frozenset(name for path in beside if (name := _read(path).get(_NAME)))


def _changes(known: Mapping[str, str], config: Config, folder: Path) -> Iterator[tuple[str, str]]:
    values = _values(config)
    changed = {key: old for key, old in known.items() if values.get(key, old) != old}
    if "DATA_DIR" in changed and data.is_there(config):  # it was moved
        del changed["DATA_DIR"]
    if "FILE_STORAGE" in changed or values["FILE_STORAGE"] == "local":
        changed.pop("AWS_S3_UPLOAD_BUCKET_NAME", None)
    for key, old in changed.items():
        if key in _LOST:
            yield (
                key,
                _(
                    "it was {old} when files were generated last: {lost}; to go back: `{command}`",
                    old=old or _("empty"),
                    lost=_(_LOST[key]),
                    command=f"{entering(folder)}deploygen config set {quote(f'{key}={old}')}",
                ),
            )
        else:
            yield (
                key,
                _(
                    "it is not the one that files were generated with last: what was encrypted"
                    " with that can't be read; put it back"
                ),
            )


def _values(config: Config) -> dict[str, str]:
    return {
        _NAME: config.compose_project_name,
        "DATA_DIR": config.data_dir or "",
        "FILE_STORAGE": config.file_storage,
        "AWS_S3_UPLOAD_BUCKET_NAME": config.aws_s3_upload_bucket_name,
        "OUTLINE_SECRET_KEY": _fingerprint(config.outline_secret_key),
        "OIDC_ENCRYPTION_KEY": _fingerprint(config.oidc_encryption_key),
    }


def _fingerprint(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _read(folder: Path) -> dict[str, str]:
    """Return what is remembered of a folder: nothing, where that can't be seen."""
    try:
        known = json.loads((folder / STATE / _FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) and all(map(_is_text, known.values())) else {}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _original(known: Mapping[str, str], folder: Path) -> Path | None:
    """Return the other deployment that ``folder`` is a copy of; one that was moved is gone."""
    other = Path(known.get(_FOLDER, folder))
    if _read(other).get(_FOLDER) != str(other) or other.samefile(folder):
        return None
    return other


def _names(other: Path, config: Config) -> bool:
    return _read(other).get(_NAME) == config.compose_project_name
