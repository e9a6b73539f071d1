"""Everything a user can do wrong, each class with its exit code.

``cli`` catches :class:`UserError` at one place; any other exception is a bug and shows a traceback.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing wrong with a config.sh: where, what, what would be right, and what to do."""

    line: int | None
    key: str
    wrong: str
    accepted: str
    remedy: str

    def located(self, file: str) -> str:
        """Return ``FILE:LINE: KEY: what is wrong; what is accepted; what to do``."""
        place = file if self.line is None else f"{file}:{self.line}"
        parts = (self.wrong, self.accepted, self.remedy)
        return f"{place}: {self.key}: {'; '.join(part for part in parts if part)}"


class UserError(Exception):
    """Something the person at the keyboard can put right; the message says how."""

    exit_code = 1


class ConfigInvalid(UserError):
    """config.sh holds values that must not reach a container; nothing was written."""

    exit_code = 3

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(
            sorted(problems, key=lambda problem: (problem.line or 0, problem.key))
        )
        super().__init__("\n".join(problem.located(file) for problem in self.problems))


class FilesInTheWay(UserError):
    """Generated files that a person edited, or files of theirs where ours would go."""

    exit_code = 4


class MachineUnfit(UserError):
    """The machine lacks something that the command needs."""

    exit_code = 5
