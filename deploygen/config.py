"""From the text of a config.sh to a :class:`Config`, or to every problem it has at once."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from deploygen import rules, seed, shellconf
from deploygen.errors import ConfigInvalid, Notice, Problem
from deploygen.kinds import UnreadableError
from deploygen.language import _, all_of, clauses
from deploygen.layout import FILE_NAME
from deploygen.settings import (
    BY_NAME,
    OLD_NAMES,
    SETTINGS,
    Config,
    Given,
    Setting,
    named,
)
from deploygen.shown import begun_secret, spelled, without_secrets

_SHORTEST_SECRET = 8  # characters: what is passed on may be a number or true as well


def load(text: str, folder: Path = Path()) -> Config:
    """Read a config.sh; the paths in it begin at ``folder``.

    Raises ConfigInvalid with all problems: of syntax, of single values and between keys.
    """
    document = shellconf.parse(text)
    problems = not_read(document)
    reading = seed.read(document)
    found = reading.values
    problems += reading.problems
    problems += [_unknown(item) for name, item in found.items() if named(name) is None]
    not_understood = {problem.key for problem in (*document.problems, *problems)}
    secrets = secret_values(document)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.prefix:
            passed_on, wrong = _passed_on(setting, found)
            values[setting.name.lower()] = passed_on
            problems += wrong
        elif setting.name not in not_understood:
            assignment = found.get(setting.name)
            try:
                raw = shellconf.value_of(found, setting.name)
                values[setting.name.lower()] = value(setting, raw, folder)
            except ValueError as error:
                problems.append(_wrong_value(setting, assignment, error, found, secrets))
    lines = {name: item.line for name, item in found.items()}
    problems += _conflicts(cast("Config", _Partial(values)), lines)
    if problems:
        raise ConfigInvalid(FILE_NAME, [_by_both_names(item, found) for item in problems])
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


def present_name(key: str) -> str:
    """Return the key that took the place of an old one, else ``key`` itself."""
    return OLD_NAMES.get(key, key)


def present(document: shellconf.Document) -> Mapping[str, shellconf.Assignment]:
    """Return the assignment of each key, by its present name and in its present meaning."""
    return seed.read(document).values


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
                        key=spelled(key),
                        wrong=str(error),
                        accepted=_("accepted is {what}", what=setting.kind.accepts()),
                        remedy=_("correct {key} in config.sh", key=spelled(key)),
                    )
                )
    return values, problems


def _any_stands(given: Iterable[Given], found: Mapping[str, shellconf.Assignment]) -> bool:
    return any(item.stands(shellconf.value_of(found, item.key)) for item in given)


def value(setting: Setting, raw: str, folder: Path) -> Any:
    """Read the text of a key's value; a path in it begins at ``folder``.

    Raises ValueError, whose message says what is wrong with it.
    """
    raw = raw or setting.default or ""
    if not raw and (setting.default is None or setting.secret):
        raise ValueError(_("it has no value"))
    if not raw or not setting.kind.is_path:
        return setting.kind.parse(raw)
    if raw.startswith("~"):
        raise ValueError(_("a ~ is no home folder here"))
    path = folder.absolute() / raw
    if not folder.exists():  # in which .. leads nowhere yet
        path = Path(os.path.normpath(path))
    try:
        return setting.kind.parse(str(path))
    except ValueError as error:
        if Path(raw).is_absolute():
            raise
        raise type(error)(
            _(
                "{wrong} ({path}: paths begin at {file}'s folder)",
                wrong=error,
                path=without_secrets(str(path)),
                file=FILE_NAME,
            )
        ) from None


def _wrong_value(
    setting: Setting,
    assignment: shellconf.Assignment | None,
    error: ValueError,
    found: Mapping[str, shellconf.Assignment],
    secrets: Sequence[str],
) -> Problem:
    raw, reason = assignment.value if assignment else "", str(error)
    if raw and not setting.confidential:
        for secret in secrets:
            raw, reason = raw.replace(secret, "…"), reason.replace(secret, "…")
        wrong = _("{value!r} is not right: {reason}", value=without_secrets(raw), reason=reason)
    else:
        wrong = reason
    remedy = None
    if isinstance(error, UnreadableError):
        remedy = _("let this user read it, or set another {key} in config.sh", key=setting.name)
    if setting.secret and not _any_stands(setting.given_with, found):
        remedy = _("correct it, or empty it and run `deploygen init`, which makes a new one")
    if setting.irreplaceable:
        remedy = _("put back the value that it had: data can't be read or found by another")
    kind = setting.kind.needed if _any_stands(setting.needed_with, found) else setting.kind
    return Problem(
        line=assignment.line if assignment else None,
        key=setting.name,
        wrong=wrong,
        accepted=_("accepted is {what}", what=kind.accepts()),
        remedy=remedy or _set_it(setting.name),
        wants_value=remedy is None,
    )


def _set_it(key: str) -> str:
    return _("set {key} in config.sh", key=key)


def _by_both_names(problem: Problem, found: Mapping[str, shellconf.Assignment]) -> Problem:
    """Return a problem that also says under which name its line has the key, if an old one."""
    item = found.get(problem.key)
    if item is None or item.key == problem.key:
        return problem
    wrong = _("{wrong} (on that line as {old})", wrong=problem.wrong, old=item.key)
    return replace(problem, wrong=wrong)


def secret_values(document: shellconf.Document) -> tuple[str, ...]:
    """Return what no message holds, even under the key of something else: the longest first."""
    values = {
        item.value
        for item in document.assignments
        if len(item.value) >= _SHORTEST_SECRET
        and (setting := named(present_name(item.key)))
        and setting.confidential
    }
    return tuple(sorted(values, key=len, reverse=True))


def not_read(document: shellconf.Document) -> list[Problem]:
    """Return what is wrong with the lines that are not understood."""
    return [replace(problem, key=spelled(problem.key)) for problem in document.told]


def _unknown(assignment: shellconf.Assignment) -> Problem:
    near = meant(assignment.key)
    return Problem(
        line=assignment.line,
        key=spelled(assignment.key) if near else spelled(assignment.key, assignment.value),
        wrong=_("there is no such key"),
        accepted=near,
        remedy=clauses(_("correct or remove the line"), where_listed()),
    )


def where_listed() -> str:
    """Return the sentence that tells where a person finds the keys."""
    return _("{file}.example lists every key", file=FILE_NAME)


def meant(key: str) -> str:
    """Return what an unknown ``key`` may be a mistyped name of, or nothing."""
    if key in rules.ACME_VARIABLES:
        return _did_you_mean(f"ACME_ENV_{key}")
    if begun := begun_secret(key):
        return _did_you_mean(present_name(begun))
    for item in SETTINGS:
        if item.prefix and key.startswith(item.name):
            if item.reserved:
                return _(
                    "accepted is {prefix}_ and the name of a variable, which is not ours ({ours}…)",
                    prefix=item.name,
                    ours=item.reserved,
                )
            return _("accepted is {prefix}_ and the name of a variable", prefix=item.name)
    from difflib import get_close_matches  # noqa: PLC0415 - few mistype one

    close = get_close_matches(key.upper(), [*BY_NAME, *OLD_NAMES], n=1)
    return _did_you_mean(present_name(close[0])) if close else ""


def _did_you_mean(key: str) -> str:
    return _("did you mean {key}?", key=key)


def warnings(config: Config, text: str) -> list[Notice]:
    """Return each thing that is accepted, but may not be meant."""
    document = shellconf.parse(text)
    return [
        *_assigned_again(document),
        *seed.read(document).notices,
        *(
            warning(text, key, sentence)
            for rule in rules.WARNINGS
            for key, sentence in rule(config)
        ),
    ]


def _assigned_again(document: shellconf.Document) -> Iterator[Notice]:
    """Yield the lines that count where others assign the same key, by its old name too."""
    for name, counts in present(document).items():
        others = [
            item
            for item in document.assignments
            if present_name(item.key) == name and item != counts and item.value
        ]
        if others and counts in document.assignments:
            sentence = _("this line counts, and not {lines}", lines=with_lines(others))
            yield Notice(line=counts.line, key=spelled(counts.key), message=sentence)


def with_lines(assignments: Iterable[shellconf.Assignment]) -> str:
    """Return the keys of ``assignments``, each with its line."""
    return all_of(_("{key} (line {line})", key=item.key, line=item.line) for item in assignments)


def warning(text: str, key: str, sentence: str) -> Notice:
    """Return ``sentence`` about ``key``, with its line in ``text``."""
    return Notice(line=line_of(text, key), key=spelled(key), message=sentence)


def line_of(text: str, key: str) -> int | None:
    """Return the line of ``text`` that gives ``key`` its value, by whatever name."""
    found = present(shellconf.parse(text)).get(key)
    return found.line if found else None


def _conflicts(config: Config, lines: dict[str, int]) -> list[Problem]:
    """Return what is wrong between the keys of a Config."""
    problems: list[Problem] = []
    for rule in rules.RULES:
        with suppress(_Unread):
            problems.extend(
                Problem(
                    line=lines.get(key),
                    key=key,
                    wrong=wrong,
                    accepted=accepted,
                    remedy=remedy or _set_it(key),
                    wants_value=remedy is None,
                )
                for key, wrong, accepted, remedy in rule(config)
            )
    return problems
