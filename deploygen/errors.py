"""Everything a user can do wrong, each class with its exit code.

``cli`` catches :class:`UserError` at one place; any other exception is a bug and shows a traceback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from deploygen.language import _, clauses

_NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing wrong with a config.sh: where, what, what would be right, and what to do.

    It ``wants_value`` if what to do is to set the key, wherever that is done.
    """

    line: int | None
    key: str
    wrong: str
    accepted: str
    remedy: str
    wants_value: bool = False

    def located(self, file: str) -> str:
        """Return ``FILE:LINE: KEY: what is wrong; what is accepted; what to do``."""
        return f"{_place(file, self.line)}: {self.key}: {self.message}"

    @property
    def message(self) -> str:
        """``what is wrong; what is accepted; what to do``."""
        return clauses(self.wrong, self.accepted, self.remedy)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something in a config.sh that is accepted, but may not be meant."""

    line: int | None
    key: str
    message: str

    def located(self, file: str) -> str:
        """Return ``FILE:LINE: KEY: warning: what may not be meant``."""
        told = _("warning: {message}", message=self.message)
        return f"{_place(file, self.line)}: {self.key}: {told}"


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


class UserError(Exception):
    """Something the person at the keyboard can put right; the message says how."""

    exit_code = 1


class ConfigInvalid(UserError):
    """config.sh holds values that must not reach a container; nothing was written.

    Where a key did not come from the file, ``sources`` says from where: its line in the message
    begins with that, since there is no line of the file to look at.
    """

    exit_code = 3

    def __init__(
        self, file: str, problems: Sequence[Problem], sources: Mapping[str, str] = _NOWHERE
    ) -> None:
        self.file = file
        self.problems = tuple(
            sorted(problems, key=lambda problem: (problem.line or 0, problem.key))
        )
        super().__init__(
            "\n".join(
                f"{sources[problem.key]}: {problem.message}"
                if problem.key in sources
                else problem.located(file)
                for problem in self.problems
            )
        )


class FilesInTheWay(UserError):
    """Generated files that a person edited, or files of theirs where ours would go."""

    exit_code = 4


class MachineUnfit(UserError):
    """The machine lacks something that the command needs."""

    exit_code = 5
