"""The config.sh of a folder as a file: read, begun, edited and saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from deploygen import atomic, config, reference, seed, shellconf
from deploygen.errors import ConfigInvalid, Problem, UserError
from deploygen.language import _, ngettext, of_person
from deploygen.layout import FILE_NAME
from deploygen.settings import named
from deploygen.shown import spelled

_MODE = 0o600  # it holds secrets
_LARGEST = 2**20  # bytes


def read(folder: Path) -> str:
    """Return the text of the folder's config.sh.

    Raises UserError if there is none, and if it is no regular file or no text.
    """
    path = folder / FILE_NAME
    with atomic.as_owner_of(folder):  # who could see what it says in what is generated
        if not path.exists():
            raise UserError(
                _(
                    "there is no {path}; `deploygen init {folder}` makes it",
                    path=path,
                    folder=folder,
                )
            )
        if not path.is_file():  # a pipe would be waited for
            raise UserError(_("{path} is no regular file: move it elsewhere", path=path))
        return text_of(path)


def text_of(path: Path) -> str:
    """Return what is in a file.

    Raises UserError if it can't be read, has no end or is not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise UserError(_("{path} is larger than 1 MiB, as no config.sh is", path=path))
        return content.decode("utf-8")
    except PermissionError:
        raise  # what to do then is the same for every path
    except UnicodeDecodeError as error:
        raise UserError(
            _("{path} is not UTF-8 (byte {n}); save it as UTF-8", path=path, n=error.start)
        ) from None
    except OSError as error:
        raise UserError(
            _("{path} can't be read: {reason}", path=path, reason=error.strerror)
        ) from None


def start(folder: Path) -> str:
    """Return the text to begin with: the folder's config.sh, or the example."""
    return read(folder) if (folder / FILE_NAME).exists() else reference.example(of_person())


def assign(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with ``values`` set.

    Raises ConfigInvalid for a key that is not declared, for a value that is no text, and where
    another line of the file decides what a key means.
    """
    unknown = [
        Problem(
            line=None,
            key=spelled(key),
            wrong=_("there is no such key"),
            accepted=config.meant(key),
            remedy=config.where_listed(),
        )
        for key in values
        if named(key) is None
    ]
    problems = unknown + [
        problem for key, value in values.items() if (problem := _not_written(key, value))
    ]
    if problems:
        raise ConfigInvalid(FILE_NAME, problems)
    for key, value in values.items():
        setting = named(key)
        comment = "" if setting is None or setting.prefix else f"\n{setting.comment}"
        text = shellconf.assign(text, key, value, comment)
    without_effect = list(_without_effect(text, values))
    if without_effect:
        raise ConfigInvalid(FILE_NAME, without_effect)
    return text


def _not_written(key: str, value: str) -> Problem | None:
    """Return what is wrong with ``value`` as text of a file, if anything is."""
    setting = named(key)
    if setting is None:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # other bytes of a command line
        return Problem(
            line=None,
            key=key,
            wrong=_("its value is not UTF-8"),
            accepted=_("accepted is text"),
            remedy=_("rename a file of such a name")
            if setting.kind.is_path
            else _("write it in UTF-8"),
        )
    if "\r" in value:
        return Problem(
            line=None,
            key=key,
            wrong=_("its value holds a carriage return"),
            accepted=_("accepted is {what}", what=setting.kind.accepts()),
            remedy=_("write it without"),
        )
    return None


def _without_effect(text: str, values: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the keys that ``text`` assigns ``values`` to and that mean something else in it."""
    document = shellconf.parse(text)
    if document.problems:  # which are told when the text is judged
        return
    found = config.present(document)
    for key, value in values.items():
        if found[key].value != value:
            lines = seed.deciding(document, key)
            yield Problem(
                line=None,
                key=key,
                wrong=_("{lines} would give it another meaning", lines=config.with_lines(lines)),
                accepted="",
                remedy=ngettext(
                    "remove that line first ({page} says what such a key is here)",
                    "remove those lines first ({page} says what such a key is here)",
                    len(lines),
                    page=seed.PAGE,
                ),
            )


def save(folder: Path, text: str, *, before: str) -> None:
    """Replace the folder's config.sh at once: it is the old or the new one, never half of it.

    Raises UserError if it holds something else than ``before``.
    """
    path = folder / FILE_NAME
    with atomic.as_owner_of(folder):
        atomic.expect(path, before.encode())
        atomic.replace(path, text.encode(), atomic.strict_mode(path, _MODE))
