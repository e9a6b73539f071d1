"""A Chromium that Playwright drives."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.rig import python_env
from tests.rig.machine import RigError, apt_install, distribution, root_prefix, run, say

NAMES = ("chromium", "google-chrome", "google-chrome-stable")


def ensure() -> None:
    """Make a Chromium be there: the distribution's, or Playwright's own download."""
    if distribution()[0] in {"debian", "ubuntu"}:
        # Playwright's own Node.js is linked against it.
        apt_install("libatomic1", reason="the browser tests")
    if _installed() or _downloaded():
        return
    if distribution()[0] == "debian":
        apt_install("chromium", "fonts-liberation", reason="the browser tests")
        return
    # Ubuntu's package is a snap, which can't read a test's temporary profile.
    say("installing Playwright's Chromium")
    with_deps = ["--with-deps"] if root_prefix() is not None else []
    run(python_env.program("playwright"), "install", *with_deps, "chromium")


@cache
def chromium_path() -> str:
    """Return the browser's program, for Playwright's `executable_path`."""
    found = _installed() or _downloaded()
    if found is None:
        raise RigError("There is no Chromium; `make test` installs one.")
    return found


def chromium_arguments() -> list[str]:
    """Return what keeps the browser from calling out, and lets root start it."""
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    return ["--no-sandbox", *quiet] if os.geteuid() == 0 else quiet


def _installed() -> str | None:
    for name in NAMES:
        path = shutil.which(name)
        if path and "/snap/" not in str(Path(path).resolve()):
            return path
    return None


def _downloaded() -> str | None:
    script = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    python = python_env.program("python")
    if not python.exists():
        return None
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip() or "/nonexistent")
    return str(path) if path.exists() else None
