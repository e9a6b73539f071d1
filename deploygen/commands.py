"""Commands that a person is told to run, as they can be pasted into a shell."""

from pathlib import Path
from shlex import quote


def entering(folder: Path) -> str:
    """Return what a shell has to do before a command that is meant for ``folder``."""
    return "" if folder.resolve() == Path.cwd() else f"cd {quote(str(folder))} && "
