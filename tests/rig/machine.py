"""The machine underneath: who we are on it, what it runs, and how it gets packages."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

SOURCES = (
    Path("/etc/apt/sources.list.d/debian.sources"),
    Path("/etc/apt/sources.list.d/ubuntu.sources"),
    Path("/etc/apt/sources.list"),
)


class RigError(Exception):
    """The machine lacks something that we can't put there; the message says what to do."""


def say(message: str) -> None:
    """Print a line of progress, in order with what child processes print."""
    sys.stderr.write(f"rig: {message}\n")
    sys.stderr.flush()


def cache_dir() -> Path:
    """Return where downloads, built binaries and images stay, outside any clone."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(base) / "deploygen-tests"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a machine-wide lock, so that two runs at once prepare a thing once."""
    with (cache_dir() / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(
    *command: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
) -> str:
    """Run a program to its end and return what it printed.

    Raises RigError with the end of its output when it fails.
    """
    words = [str(word) for word in command]
    around = {**os.environ, **(env or {})}
    if shutil.which(words[0], path=around.get("PATH")) is None:
        raise RigError(f"There is no program {words[0]}. Install it, then retry.")
    done = subprocess.run(
        words,
        env=around,
        cwd=cwd,
        input=b"" if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    text = done.stdout.decode(errors="replace")
    if done.returncode:
        tail = "\n".join(text.splitlines()[-40:])
        raise RigError(f"`{' '.join(words)}` ended with {done.returncode}:\n{tail}")
    return text


@cache
def distribution() -> tuple[str, str]:
    """Return the distribution's id and version, such as ("debian", "12")."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "unknown", ""
    return release.get("ID", "unknown"), release.get("VERSION_ID", "")


@cache
def root_prefix() -> tuple[str, ...] | None:
    """Return what makes a command run as root: nothing, sudo, or None when we can't be root."""
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if (
        sudo
        and not subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode
    ):
        return (sudo, "-n")
    return None


def as_root(*command: str | Path) -> str:
    """Run a program as root, by sudo where we are not root and it asks no password."""
    prefix = root_prefix()
    if prefix is None:
        raise RigError(f"this needs root: {' '.join(str(word) for word in command)}")
    return run(*prefix, *command)


@cache
def _package_lists() -> None:
    try:
        as_root("apt-get", "update", "-q")
    except RigError as error:
        # One source of several may be down; what matters is whether the packages can be had.
        say(str(error))


def apt_install(*packages: str, reason: str) -> None:
    """Install Debian packages that are missing.

    Raises RigError naming the packages and what they are for when we can't.
    """
    missing = [name for name in packages if not _installed(name)]
    if not missing:
        return
    wanted = " ".join(missing)
    if shutil.which("apt-get") is None or root_prefix() is None:
        raise RigError(
            f"{reason} needs: {wanted}. Install it (apt-get install {wanted}), then retry."
        )
    say(f"installing {wanted} ({reason})")
    with locked("apt"):
        _package_lists()
        as_root(
            "env", "DEBIAN_FRONTEND=noninteractive",
            "apt-get", "-oDPkg::Lock::Timeout=300", "install",
            "-q", "-y", "--no-install-recommends", *missing,
        )  # fmt: skip


def _installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    if shutil.which(query[0]) is None:
        return False
    done = subprocess.run(query, capture_output=True, check=False)
    return done.returncode == 0 and done.stdout == b"installed"


def debian_mirror() -> str:
    """Return the address of the machine's own Debian mirror, which may be a local one."""
    for source in SOURCES:
        text = source.read_text() if source.exists() else ""
        found = re.search(r"^(?:URIs:|deb )\s*(?:\[.*?\] *)?(\S+)", text, re.MULTILINE)
        if found:
            return found.group(1)
    raise RigError("no package mirror is named in /etc/apt; is this Debian?")


def version(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, comparable: "v2.26.1-4" gives (2, 26, 1)."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def pip_setting(name: str) -> str:
    """Return what the machine's pip is told, by file or by environment, or nothing."""
    from_environment = os.environ.get(f"PIP_{name.upper().replace('-', '_')}", "")
    pip = shutil.which("pip") or shutil.which("pip3")
    if from_environment or pip is None:
        return from_environment
    asked = [pip, "config", "get", f"global.{name}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
