"""Packages of Node.js: exactly what a folder's lock says, from the machine's own registry."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from tests.rig.machine import apt_install, cache_dir, locked, run, say

_FILES = ("package.json", "package-lock.json")


def ensure(folder: Path) -> Path:
    """Return a folder, outside the clone, whose node_modules is what `folder`'s lock says.

    The lock names no registry (npm's omit-lockfile-registry-resolved): hashes hold for any.
    """
    if shutil.which("npm") is None:
        apt_install("nodejs", "npm", reason="programs of Node.js")
    made_from = hashlib.sha256(b"".join((folder / name).read_bytes() for name in _FILES))
    made = cache_dir() / f"node-{made_from.hexdigest()[:16]}"
    with locked("node"):
        if not (made / "complete").exists():
            say(f"installing the locked packages of {folder.name}")
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            for name in _FILES:
                shutil.copy(folder / name, made)
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=made)
            (made / "complete").touch()
    return made
