"""From the text of a config.sh to a :class:`Config`, or to every problem it has at once."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from deploygen import rules, shellconf
from deploygen.errors import ConfigInvalid, Problem
from deploygen.settings import BY_NAME, SETTINGS, Config, Given, Setting, named

FILE_NAME = "config.sh"
_PASSWORD_IN_URL = re.compile(r"//.*@", re.DOTALL)
# Where a quote was left open or a line end lost, a value goes on with the lines below.
_LINES_BELOW = re.compile(r"(?:\n|\w+=).*", re.DOTALL)
_OLD_NAMES = {old: setting.name for setting in SETTINGS for old in setting.old_names}


def load(text: str, folder: Path = Path()) -> Config:
    """Read a config.sh; the paths in it begin at ``folder``.

    Raises ConfigInvalid with all problems: of syntax, of single values and between keys.
    """
    document = shellconf.parse(text)
    problems = list(document.problems)
    found = _by_present_name(document)
    problems += [_unknown(item) for name, item in found.items() if named(name) is None]
    not_understood = {problem.key for problem in problems}
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.prefix:
            passed_on, wrong = _passed_on(setting, found)
            values[setting.name.lower()] = passed_on
            problems += wrong
        elif setting.name not in not_understood:
            assignment = found.get(setting.name)
            try:
                values[setting.name.lower()] = _value(setting, assignment, folder)
            except ValueError as error:
                given = _is_given(setting.given_with, found)
                problems.append(_wrong_value(setting, assignment, str(error), given=given))
    lines = {name: item.line for name, item in found.items()}
    problems += _conflicts(cast("Config", _Partial(values)), lines)
    if problems:
        raise ConfigInvalid(FILE_NAME, problems)
    return Config(**values)


class _Unread(Exception):  # noqa: N818 - a signal inside this module
    """A rule asks for a key whose value is wrong; its own problem has been reported."""


class _Partial:
    """The values that could be read, for rules between keys to judge all the same."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        derived = vars(Config).get(name)
        if isinstance(derived, property) and derived.fget:
            return derived.fget(self)
        if name not in self._values:
            raise _Unread
        return self._values[name]


def _by_present_name(document: shellconf.Document) -> dict[str, shellconf.Assignment]:
    """Return the assignment of each key; one under an old name yields to one with a value."""
    found: dict[str, shellconf.Assignment] = {}
    for item in shellconf.values(document):
        name = _OLD_NAMES.get(item.key, item.key)
        if name not in found or not found[name].value or (item.key == name and item.value):
            found[name] = item
    return found


def _passed_on(
    setting: Setting, found: Mapping[str, shellconf.Assignment]
) -> tuple[dict[str, str], list[Problem]]:
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for key, item in found.items():
        name = setting.passed_on(key)
        if name is not None and item.value:
            try:
                values[name] = setting.kind.parse(item.value)
            except ValueError as error:
                problems.append(
                    Problem(
                        line=item.line,
                        key=key,
                        wrong=str(error),
                        accepted=f"accepted is {setting.kind.accepts}",
                        remedy=f"correct {key} in config.sh",
                    )
                )
    return values, problems


def _is_given(given_with: Iterable[Given], found: Mapping[str, shellconf.Assignment]) -> bool:
    return any(item.key in found and item.stands(found[item.key].value) for item in given_with)


def _value(setting: Setting, assignment: shellconf.Assignment | None, folder: Path) -> Any:
    raw = assignment.value if assignment else ""
    if not raw:
        raw = setting.default or ""
    if not raw and (setting.default is None or setting.secret):
        raise ValueError("it has no value")
    if raw and setting.kind.is_path:
        raw = str(folder.absolute() / raw)
    return setting.kind.parse(raw)


def _wrong_value(
    setting: Setting, assignment: shellconf.Assignment | None, reason: str, *, given: bool
) -> Problem:
    if assignment and assignment.value and not setting.confidential:
        wrong = f"{_without_secrets(assignment.value)!r} is not right: {reason}"
    else:
        wrong = reason
    remedy = f"set {setting.name} in config.sh, or pass --set {setting.name}=…"
    if setting.secret and not given:
        remedy = "correct it, or empty it and run `deploygen init`, which makes a new one"
    if setting.irreplaceable:
        remedy = "put back the value that it had: data can't be read or found by another"
    return Problem(
        line=assignment.line if assignment else None,
        key=setting.name,
        wrong=wrong,
        accepted=f"accepted is {setting.kind.accepts}",
        remedy=remedy,
    )


def _without_secrets(value: str) -> str:
    """Return what a message may repeat of the value of a key that is no secret."""
    return _PASSWORD_IN_URL.sub("//…@", _LINES_BELOW.sub("…", value))


def _unknown(assignment: shellconf.Assignment) -> Problem:
    return Problem(
        line=assignment.line,
        key=assignment.key,
        wrong="there is no such key",
        accepted=meant(assignment.key),
        remedy=f"correct or remove the line; {FILE_NAME}.example lists every key",
    )


def meant(key: str) -> str:
    """Return what an unknown ``key`` may be a mistyped name of, or nothing."""
    if key in rules.ACME_VARIABLES:
        return f"did you mean ACME_ENV_{key}?"
    for item in SETTINGS:
        if item.prefix and key.startswith(item.name):
            ours = f", which is not ours ({item.reserved}…)" if item.reserved else ""
            return f"accepted is {item.name}_ and the name of a variable{ours}"
    close = get_close_matches(key.upper(), [*BY_NAME, *_OLD_NAMES], n=1)
    return f"did you mean {_OLD_NAMES.get(close[0], close[0])}?" if close else ""


def warnings(config: Config, text: str) -> list[str]:
    """Return a line for each thing that is accepted, but may not be meant."""
    return [
        warning(text, key, sentence) for rule in rules.WARNINGS for key, sentence in rule(config)
    ]


def warning(text: str, key: str, sentence: str) -> str:
    """Return ``FILE:LINE: KEY: warning: …``, where the line is that of ``key`` in ``text``."""
    found = _by_present_name(shellconf.parse(text)).get(key)
    place = f"{FILE_NAME}:{found.line}" if found else FILE_NAME
    return f"{place}: {key}: warning: {sentence}"


def _conflicts(config: Config, lines: dict[str, int]) -> list[Problem]:
    """Return what is wrong between the keys of a Config."""
    problems: list[Problem] = []
    for rule in rules.RULES:
        with suppress(_Unread):
            problems.extend(
                Problem(line=lines.get(key), key=key, wrong=wrong, accepted=accepted, remedy=remedy)
                for key, wrong, accepted, remedy in rule(config)
            )
    return problems
