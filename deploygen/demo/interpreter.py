"""The Python that has the provider's dependencies: this one, or an environment made for it."""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploygen.demo.interruption import Interruption
from deploygen.demo.processes import Child, Command
from deploygen.errors import MachineUnfit
from deploygen.language import _

Report = Callable[[str], None]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*\\?$", re.MULTILINE)
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def find(requirements: Path, report: Report, interruption: Interruption) -> Path:
    """Return an interpreter that can run the provider.

    The first time it may have to make one in the user's cache, out of the locked `requirements`;
    then `report` is told what takes so long. Raises MachineUnfit when the machine has no venv, no
    way to a package index, or no room.
    """
    if _is_met(requirements):
        return Path(sys.executable)
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    environment = _cache() / "deploygen" / f"server-{digest}-py{_VERSION}"
    try:
        environment.parent.mkdir(parents=True, exist_ok=True)
        with _locked(environment.with_name(f"{environment.name}.lock"), report, interruption):
            if not _python(environment).exists():  # a link into a Python since removed does not
                _make(environment, requirements, report, interruption)
    except OSError as error:
        raise MachineUnfit(
            _(
                "the provider's dependencies can't be kept in {folder}: {reason};"
                " make it writable, or set XDG_CACHE_HOME to a folder that is",
                folder=environment.parent,
                reason=error.strerror,
            )
        ) from None
    return _python(environment)


def _is_met(requirements: Path) -> bool:
    """Tell whether the running interpreter has what is pinned.

    Pins with a condition, of platform or version, are left to pip.
    """
    for name, version in _PIN.findall(requirements.read_text(encoding="utf-8")):
        try:
            if importlib.metadata.version(name) != version:
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True


def _cache() -> Path:
    configured = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    return Path(configured) if Path(configured).is_absolute() else Path.home() / ".cache"


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"


@contextmanager
def _locked(path: Path, report: Report, interruption: Interruption) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    told = False
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    report(
                        _("Waiting for another demo, which installs the provider's dependencies …")
                    )
                told = True
                interruption.pause()
        yield
    finally:
        os.close(descriptor)


def _make(
    environment: Path, requirements: Path, report: Report, interruption: Interruption
) -> None:
    """Make it under another name, so that under its own it is whole or absent."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise MachineUnfit(_no_venv())
    staged = environment.with_name(f"{environment.name}.new")
    # venv and pip leave their temporary files lying when they are stopped.
    temporary = environment.with_name(f"{environment.name}.tmp")
    _remove(staged)
    _remove(temporary)
    temporary.mkdir()
    report(
        _(
            "The first time, the provider's dependencies are installed into {folder}"
            " (about 110 MB, a minute or so):",
            folder=environment,
        )
    )
    try:
        venv = (sys.executable, "-I", "-m", "venv", str(staged))
        if _run(venv, temporary, interruption) != 0:
            raise MachineUnfit(_no_venv())
        pip = (str(_python(staged)), "-m", "pip", "--disable-pip-version-check", "--no-input")
        wanted = ("--progress-bar", "off", "--require-hashes", "--requirement", str(requirements))
        if _run((*pip, "install", *wanted), temporary, interruption) != 0:
            raise MachineUnfit(
                _(
                    "the provider's dependencies could not be installed; pip says above why.\n"
                    "Once, this needs a Python package index: check the network, or name a mirror"
                    " or a proxy in pip's own settings (PIP_INDEX_URL, HTTPS_PROXY), then run it"
                    " again"
                )
            )
        _remove(environment)
        staged.rename(environment)
    finally:
        _remove(staged)
        _remove(temporary)
    report(_("Installed."))


def _run(arguments: tuple[str, ...], temporary: Path, interruption: Interruption) -> int:
    """Run it with its output on our stderr and return its exit code."""
    # A PYTHONPATH would let pip find there what it then leaves out.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    environment["TMPDIR"] = str(temporary)
    child = Child(Command(arguments=arguments, environment=environment, folder=temporary))
    try:
        while (code := child.exit_code()) is None:
            interruption.pause()
        return code
    finally:
        child.stop()


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _no_venv() -> str:
    return _(
        "this Python ({python}) can't make virtual environments;"
        " on Debian and Ubuntu: apt install {package}",
        python=sys.executable,
        package=f"python{_VERSION}-venv",
    )
