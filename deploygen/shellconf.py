"""The subset of bash that a config.sh may use: parsed, never executed, edited in place.

A file this module accepts means the same to bash's ``source``. Whatever bash would interpret
(expansions, command separators, carriage returns) is refused with the remedy instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from deploygen.errors import Problem
from deploygen.language import N_, _

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=")
_MEANT_AS_ASSIGNMENT = re.compile(
    r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)(?:\[[^]]*\])?[ \t]*[+:]?="
)
# Those that bash lets nobody set, or gives a value of its own (bash(1), "Shell Variables").
# fmt: off
_OF_BASH = frozenset({
    "BASHOPTS", "BASHPID", "BASH_ARGC", "BASH_ARGV", "BASH_COMMAND", "BASH_LINENO", "BASH_SOURCE",
    "BASH_SUBSHELL", "BASH_VERSINFO", "DIRSTACK", "EPOCHREALTIME",
    "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD", "LINENO", "OPTIND", "PPID", "RANDOM",
    "SECONDS", "SHELLOPTS", "SRANDOM", "UID", "_",
})
# fmt: on
_BARE_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]*")
_PLAIN = re.compile(r"[^ \t\n'\"\\$`;&|<>(){~]+")
_PLAIN_IN_DOUBLE_QUOTES = re.compile(r"[^\"\\$`]+")
_ESCAPABLE_IN_DOUBLE_QUOTES = '$`"\\'
# Behind a backslash: bash marks its own escapes by them (CTLESC, CTLNUL), and may lose a person's.
_LOST_IN_DOUBLE_QUOTES = ("\x01", "\x7f")
_INTERPRETED = {
    "$": N_("a $ is expanded by bash"),
    "`": N_("a ` runs a command in bash"),
    ";": N_("a ; ends the command in bash"),
    "&": N_("an & ends the command in bash"),
    "|": N_("a | starts another command in bash"),
    "<": N_("a < redirects in bash"),
    ">": N_("a > redirects in bash"),
    "(": N_("a ( starts an array or a subshell in bash"),
    ")": N_("a ) is syntax to bash"),
    "{": N_("a { may be expanded by bash"),
}
_QUOTE_IT = N_("put the value in single quotes")
_ACCEPTED_LINES = N_("accepted are KEY=value, comments and empty lines")
_NO_SPACES = N_("write KEY=value without spaces")


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One ``KEY=value``: its meaning, its line (from 1) and the span of its value in the text."""

    key: str
    value: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed config.sh. ``problems`` holds every line that is not understood.

    ``line_ends`` are those of them that Windows line ends make.
    """

    text: str
    assignments: tuple[Assignment, ...]
    problems: tuple[Problem, ...]
    line_ends: tuple[Problem, ...] = ()

    @property
    def told(self) -> tuple[Problem, ...]:
        """``problems`` as a person is told them: of a file with Windows line ends one."""
        ends = self.line_ends
        if len(ends) < 2:  # noqa: PLR2004 - of one alone its own sentence is told
            return self.problems
        wrong = _("it and {n} more end in a carriage return", n=len(ends) - 1)
        one = replace(ends[0], key=_("this line"), wrong=wrong, accepted="")
        return (one, *(problem for problem in self.problems if problem not in ends))

    def last(self, key: str) -> Assignment | None:
        """Return the assignment that counts for bash, which is the last one."""
        return next((item for item in reversed(self.assignments) if item.key == key), None)


class _Refused(Exception):  # noqa: N818 - a signal inside this module, not an error of its caller
    def __init__(self, wrong: str, remedy: str, accepted: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.accepted, self.remedy = wrong, accepted, remedy


class _WindowsLineEnd(_Refused):
    def __init__(self, wrong: str, accepted: str = "") -> None:
        super().__init__(wrong, _("save the file with Unix line ends (LF)"), accepted)


def parse(text: str) -> Document:
    """Read a config.sh as bash would, without running anything."""
    assignments: list[Assignment] = []
    problems: list[Problem] = []
    line_ends: list[Problem] = []
    position = counted = 0
    line = 1
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        line_end = _line_end(text, position)
        content = text[position:line_end].strip(" \t")
        if (not content or content.startswith("#")) and "\0" not in content:
            position = line_end + 1
            continue
        try:
            assignment = _assignment(text, position, line)
            position = _end_of_line(text, assignment)
        except _Refused as refused:
            problem = Problem(
                line=line,
                key=_key_of(content),
                wrong=refused.wrong,
                accepted=refused.accepted,
                remedy=refused.remedy,
            )
            problems.append(problem)
            if isinstance(refused, _WindowsLineEnd):
                line_ends.append(problem)
            position = line_end + 1
        else:
            assignments.append(assignment)
    return Document(
        text=text,
        assignments=tuple(assignments),
        problems=tuple(problems),
        line_ends=tuple(line_ends),
    )


def assign(text: str, key: str, value: str, comment: str = "") -> str:
    """Return ``text`` with ``key`` meaning ``value``; every other line keeps its bytes.

    A key that is in the file keeps its kind of quotes where the value allows. One that is not is
    added at the end, under ``comment``.
    """
    return assign_all(text, {key: (value, comment)})


def assign_all(text: str, values: Mapping[str, tuple[str, str]]) -> str:
    """Return ``text`` with every key assigned its value, under its comment where it is new."""
    there = {item.key: item for item in parse(text).assignments if item.key in values}
    for found in sorted(there.values(), key=lambda item: item.start, reverse=True):
        value = values[found.key][0]
        if value != found.value:
            like = text[found.start : found.end][:1]
            text = text[: found.start] + quote(value, like) + text[found.end :]
    for key, (value, comment) in values.items():
        if key not in there:
            separator = "" if not text or text.endswith("\n") else "\n"
            text += f"{separator}{comment}{key}={quote(value)}\n"
    return text


def quote(value: str, like: str = "") -> str:
    """Return ``value`` as bash source: bare where that is safe, in single quotes otherwise.

    Where ``like`` is a quote, it stands in such quotes; in double ones only if nothing in it needs
    a backslash there.
    """
    if like == '"' and _PLAIN_IN_DOUBLE_QUOTES.fullmatch(value or "-"):
        return f'"{value}"'
    if like != "'" and _BARE_SAFE.fullmatch(value):
        return value
    return "'" + value.replace("'", "'\\''") + "'"


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _key_of(content: str) -> str:
    """Return the key that a refused line is about; any other word of it may be part of a secret."""
    match = _MEANT_AS_ASSIGNMENT.match(content.removeprefix("\ufeff"))
    return match.group(1) if match else _("this line")


def _assignment(text: str, position: int, line: int) -> Assignment:
    match = _ASSIGNMENT.match(text, position)
    if match is None:
        raise _not_an_assignment(text[position : _line_end(text, position)].strip(" \t"))
    key = match.group(1)
    if key in _OF_BASH:
        raise _Refused(_("bash keeps this name for itself"), _("remove the line"))
    value, end = _value(text, match.end())
    return Assignment(key=key, value=value, line=line, start=match.end(), end=end)


def _not_an_assignment(content: str) -> _Refused:
    if content == "\r":
        return _WindowsLineEnd(_("the line ends in a carriage return"), _(_ACCEPTED_LINES))
    wrong, remedy = _("this is not an assignment"), _("remove the line, or start it with #")
    if "\0" in content:
        wrong, remedy = _("the line holds a NUL byte"), _("remove it")
    elif content.startswith("\ufeff"):
        wrong = _("the file starts with a byte order mark")
        remedy = _("save it as UTF-8 without BOM")
    elif match := _MEANT_AS_ASSIGNMENT.match(content):
        wrong, remedy = _nearly_an_assignment(content[match.end(1) : match.end()])
    return _Refused(wrong, remedy, _(_ACCEPTED_LINES))


def _nearly_an_assignment(before_value: str) -> tuple[str, str]:
    """Return what is wrong between a key and its value, and what to do."""
    if before_value.startswith("["):
        return _("[ ] sets an item of an array in bash"), _("write KEY=value")
    if before_value.endswith(("+=", ":=")):
        wrong = _("{sign} is not =", sign=before_value.strip())
        return wrong, _("write the whole value, as KEY=value")
    return _("there is a space before the ="), _(_NO_SPACES)


def _value(text: str, start: int) -> tuple[str, int]:
    """Return the value that starts at ``start`` and the position after it."""
    parts: list[str] = []
    position = start
    while position < len(text):
        char = text[position]
        if char in " \t\n":
            break
        if char == "'":
            piece, position = _single_quoted(text, position)
        elif char == '"':
            piece, position = _double_quoted(text, position)
        else:
            piece, position = _bare(text, start, position)
        parts.append(piece)
    value = "".join(parts)
    if "\0" in value:
        raise _Refused(_("the value holds a NUL byte"), _("remove it"))
    if "\r" in value:
        raise _WindowsLineEnd(
            _("the value holds a carriage return, as bash would keep it from a Windows line end")
        )
    return value, position


def _single_quoted(text: str, position: int) -> tuple[str, int]:
    end = text.find("'", position + 1)
    if end < 0:
        raise _Refused(_("the single quote is never closed"), _("add the closing '"))
    return text[position + 1 : end], end + 1


def _double_quoted(text: str, position: int) -> tuple[str, int]:
    parts: list[str] = []
    position += 1
    while position < len(text):
        char = text[position]
        following = text[position + 1 : position + 2]
        plain = _PLAIN_IN_DOUBLE_QUOTES.match(text, position)
        if plain:
            parts.append(plain.group())
            position = plain.end()
        elif char == '"':
            return "".join(parts), position + 1
        elif char == "\\" and following and following in _ESCAPABLE_IN_DOUBLE_QUOTES:
            parts.append(following)
            position += 2
        elif char == "\\" and following == "\n":
            position += 2
        elif char == "\\" and following in _LOST_IN_DOUBLE_QUOTES:
            raise _Refused(_("it holds a character that can't be printed"), _("remove it"))
        elif char == "\\":
            parts.append(char)
            position += 1
        else:
            raise _Refused(_(_INTERPRETED[char]), _("use single quotes instead of double quotes"))
    raise _Refused(_("the double quote is never closed"), _('add the closing "'))


def _bare(text: str, start: int, position: int) -> tuple[str, int]:
    plain = _PLAIN.match(text, position)
    if plain:
        return plain.group(), plain.end()
    char = text[position]
    if char in _INTERPRETED:
        raise _Refused(_(_INTERPRETED[char]), _(_QUOTE_IT))
    if char == "~" and (position == start or text[position - 1] in ":="):
        raise _Refused(_("a ~ is expanded by bash"), _("write the path out, or use single quotes"))
    if char != "\\":
        return char, position + 1
    following = text[position + 1 : position + 2]
    if following in ("", "\n"):
        raise _Refused(_("the line ends in a backslash"), _(_QUOTE_IT))
    return following, position + 2


def _end_of_line(text: str, assignment: Assignment) -> int:
    """Return where the next line starts; only a comment may follow a value."""
    line_end = _line_end(text, assignment.end)
    rest = text[assignment.end : line_end].lstrip(" \t")
    if "\0" in rest:
        raise _Refused(_("the line holds a NUL byte"), _("remove it"))
    if rest == "\r":
        raise _WindowsLineEnd(_("the line ends in a carriage return"))
    if rest and not rest.startswith("#"):
        if _MEANT_AS_ASSIGNMENT.match(rest):
            raise _Refused(_("another assignment follows on its line"), _("write one on each line"))
        if assignment.start == assignment.end:
            raise _Refused(_("there is a space after the ="), _(_NO_SPACES))
        raise _Refused(
            _("there is a space in the value, after which bash runs a command"), _(_QUOTE_IT)
        )
    return line_end + 1


def value_of(found: Mapping[str, Assignment], key: str) -> str:
    """Return what ``key`` is assigned, which is nothing where it is not among ``found``."""
    return found[key].value if key in found else ""


def values(document: Document) -> Iterator[Assignment]:
    """Yield the assignments that count: for each key the last one, in the order of the file."""
    last = {assignment.key: assignment for assignment in document.assignments}
    for assignment in document.assignments:
        if last[assignment.key] is assignment:
            yield assignment
