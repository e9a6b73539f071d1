"""How a folder differs from what its config.sh gives, told without telling a secret."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from deploygen import kinds, shellconf
from deploygen.generate import slots, state
from deploygen.generate.plan import PRIVATE, File
from deploygen.generate.state import Kind
from deploygen.kinds import PemFile
from deploygen.settings import SETTINGS, Config, Setting, named

# No person's value; it passes through every template as a secret does.
_MARKER = "not-shown-by-deploygen"
_HIDDEN = "…"
_NAME = re.compile(r"""\s*(?:-\s+)?["']?([A-Za-z_][A-Za-z0-9_]*)["']?\s*[=:]""")
_LOGIN_IN_URL = re.compile(r"//[^/\s@]*@")
# In lines that are not generated.
_SECRET_BY_NAME = re.compile(
    r"(?:passw|passphrase|secret|token|key|credential|authorization)[\w.-]*", re.IGNORECASE
)
_CONTEXT = 3  # lines, as diff has them

Plan = Mapping[str, File]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A path that is not as config.sh has it: how, and the text of what would change."""

    path: str
    kind: Kind
    diff: str


def between(
    folder: Path, files: Plan, persons: Plan, config: Config, plan: Callable[[Config], Plan]
) -> tuple[Difference, ...]:
    """Return what differs between ``folder`` and ``files`` with ``persons``, by path.

    ``plan`` makes ``files`` of ``config``; what it makes of one without secrets tells where they
    are.
    """
    found = state.differing(folder, files) | _differing(folder, persons)
    found |= dict.fromkeys(state.blockers(folder, files), Kind.IN_THE_WAY)
    if not found:
        return ()
    everything = {**files, **persons}
    veil = _Veil(everything, {**plan(_without_secrets(config)), **_veiled(persons)}, config)
    return tuple(
        Difference(path=path, kind=kind, diff=_diff(folder, path, everything, veil))
        for path, kind in sorted(found.items())
    )


def _differing(folder: Path, persons: Plan) -> dict[str, Kind]:
    """Return how a person's files differ, which are never in the way of a run."""
    found = {}
    for path, file in persons.items():
        place = folder / path
        if not place.is_file():
            found[path] = Kind.MISSING
        elif not slots.holds(place, file):
            same = place.read_bytes() == file.content
            found[path] = Kind.MODE if same else Kind.OUTDATED
    return found


def _diff(folder: Path, path: str, files: Plan, veil: "_Veil") -> str:
    place = folder / path
    if place.exists() and not place.is_file():
        return ""
    file = files.get(path)
    mode = place.stat().st_mode & 0o777 if place.exists() else None
    head = []
    wrong = state.wrong_modes(folder, {path: file}) if file else {}
    for item, (before, after) in wrong.items():
        of = "" if item == path else f" of {item}"
        head += [f"old mode {before:03o}{of}", f"new mode {after:03o}{of}"]
    old = _lines(place.read_bytes()) if mode is not None else []
    new = _lines(file.content) if file else []
    private = PRIVATE in {mode, file.mode if file else None} or path.endswith(".env")
    context = 0 if private else _CONTEXT
    names = (path if old else "/dev/null", path if new else "/dev/null")
    changes = unified_diff(old, new, *names, n=context, lineterm="")
    return "".join(f"{line}\n" for line in (*head, *veil.over(changes, path, private=private)))


def _lines(content: bytes) -> list[str]:
    return content.decode(errors="replace").splitlines()


class _Veil:
    """Hides secrets in the lines of a diff: those of today, and old ones under the same names."""

    def __init__(self, files: Plan, veiled: Plan, config: Config) -> None:
        self._names = {name for item in SETTINGS if _is_secret(item) for name in _all_names(item)}
        self._open: dict[str, set[str]] = {}
        for path, file in files.items():
            lines, others = _lines(file.content), _lines(veiled[path].content)
            # Another number of lines can't be compared: then none is known to be harmless.
            same = len(lines) == len(others)
            pairs = list(zip(lines, others, strict=True)) if same else []
            self._open[path] = {line for line, other in pairs if line == other}
            self._names |= {
                name for line, other in pairs if line != other and (name := _name(line))
            }
        words = sorted(_values(config), key=len, reverse=True)
        alternatives = "|".join(map(re.escape, words)) or r"(?!)"
        self._values = re.compile(rf"(?<![A-Za-z0-9])(?:{alternatives})(?![A-Za-z0-9])")

    def over(self, changes: Iterable[str], path: str, *, private: bool) -> Iterator[str]:
        for number, line in enumerate(changes):
            # Two lines name the file; after them @@ tells where a change is.
            if number <= 1 or line.startswith("@@"):
                yield line
            else:
                yield line[0] + self._shown(line[1:], path, private=private)

    def _shown(self, line: str, path: str, *, private: bool) -> str:
        name = _name(line)
        if name in self._names:
            return _hidden(line)
        if private and not self._is_harmless(line, path):
            return _hidden(line)
        shown = _LOGIN_IN_URL.sub(f"//{_HIDDEN}@", self._values.sub(_HIDDEN, line))
        telling = None if line in self._open.get(path, ()) else _SECRET_BY_NAME.search(shown)
        if telling and telling.end() < len(shown):
            return f"{shown[: telling.end()]}{_HIDDEN}"
        return shown

    def _is_harmless(self, line: str, path: str) -> bool:
        """Tell whether a line of a file of secrets is known to be none, whatever it held before."""
        harmless = self._open.get(path, set())
        name = _name(line)
        return line in harmless or (name is not None and name in map(_name, harmless))


def _hidden(line: str) -> str:
    found = _NAME.match(line)
    return f"{found.group()}{_HIDDEN}" if found else _HIDDEN if line.strip() else line


def _name(line: str) -> str | None:
    found = _NAME.match(line)
    return found.group(1) if found else None


def _is_secret(setting: Setting) -> bool:
    return setting.confidential and setting.kind is not kinds.PROJECT


def _all_names(setting: Setting) -> tuple[str, ...]:
    return (setting.name, *setting.old_names)


def _without_secrets(config: Config) -> Config:
    """Return ``config`` with the marker for each secret that it has."""
    changes: dict[str, Any] = {}
    for setting in SETTINGS:
        field = setting.name.lower()
        value = getattr(config, field)
        if isinstance(value, PemFile):
            changes[field] = replace(value, text=_MARKER)
        elif _is_secret(setting) and value:
            changes[field] = (
                dict.fromkeys(value, _MARKER) if isinstance(value, Mapping) else _MARKER
            )
    return replace(config, **changes)


def _values(config: Config) -> set[str]:
    found: set[str] = set()
    for setting in SETTINGS:
        value = getattr(config, setting.name.lower())
        if _is_secret(setting) and value:
            found.update(value.values() if isinstance(value, Mapping) else [str(value)])
    return found


def _veiled(persons: Plan) -> dict[str, File]:
    """Return the same files, each a config.sh, with the marker for every secret."""
    return {
        path: replace(file, content=_veiled_text(file.content)) for path, file in persons.items()
    }


def _veiled_text(content: bytes) -> bytes:
    text = content.decode()
    for item in shellconf.parse(text).assignments:
        setting = named(item.key)
        if item.value and (setting is None or _is_secret(setting)):
            text = shellconf.assign(text, item.key, _MARKER)
    return text.encode()
