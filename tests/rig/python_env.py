"""The checkout's .venv: exactly what uv.lock says, from the machine's own package index."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tests.rig.machine import RigError, apt_install, cache_dir, locked, pip_setting, run, say

UV = "0.13.8"
PYTHON_AT_LEAST = (3, 11)
CHECKOUT = Path(__file__).parents[2]
VENV = CHECKOUT / ".venv"


def ensure() -> None:
    """Make .venv hold the locked packages of all groups, and the project itself, editable."""
    if sys.version_info < PYTHON_AT_LEAST:
        raise RigError(
            "Python 3.11 or later is needed: set PYTHON to one, as in PYTHON=python3.12."
        )
    with locked("python"):
        made = VENV / "made-from"
        if not made.exists() or made.read_text() != _wanted():
            _make()
            made.write_text(_wanted())


def program(name: str) -> Path:
    """Return the path of a program that a locked package brings."""
    return VENV / "bin" / name


def _wanted() -> str:
    made_from = hashlib.sha256(f"{UV} {sys.version_info[:3]} {CHECKOUT}".encode())
    for name in ("uv.lock", "pyproject.toml"):
        made_from.update((CHECKOUT / name).read_bytes())
    return made_from.hexdigest()


def _make() -> None:
    uv, env = _uv(), _index()
    say("installing the locked Python packages into .venv")
    requirements = cache_dir() / "requirements.txt"
    run(
        uv, "export", "--frozen", "--all-groups", "--no-emit-project", "--no-header",
        "--output-file", requirements, cwd=CHECKOUT, env=env,
    )  # fmt: skip
    if not program("python").exists():
        run(uv, "venv", "--python", sys.executable, "--clear", VENV, env=env)
    # The lock names the registry it was made with; hashes hold for any mirror of it.
    target = ("--python", program("python"))
    run(uv, "pip", "sync", "--require-hashes", *target, requirements, env=env)
    run(uv, "pip", "install", "--no-deps", "--editable", CHECKOUT, *target, env=env)


def _index() -> dict[str, str]:
    """Return what tells uv of the machine's own mirror and certificate authorities."""
    env = {}
    if index := pip_setting("index-url"):
        env["UV_DEFAULT_INDEX"] = index
    certificates = pip_setting("cert")
    if certificates and "SSL_CERT_FILE" not in os.environ:
        env["SSL_CERT_FILE"] = certificates
    return env


def _uv() -> Path:
    """Return the pinned uv, in an environment of its own outside the clone."""
    home = cache_dir() / f"uv-{UV}"
    uv = home / "bin" / "uv"
    if not uv.exists():
        if importlib.util.find_spec("ensurepip") is None:
            apt_install("python3-venv", reason="the Python environment")
        say("installing uv")
        shutil.rmtree(home, ignore_errors=True)
        run(sys.executable, "-m", "venv", home)
        run(home / "bin" / "pip", "install", "--quiet", f"uv=={UV}")
    return uv
