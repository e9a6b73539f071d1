"""`make test`: the quick checks first, while what the slow ones need is made in the background."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from xml.etree import ElementTree as ET

from tests.oidc_server.defects.table import table
from tests.rig import engine, images, linters, python_env, tools
from tests.rig.machine import RigError, cache_dir, root_prefix, say

RESULTS = python_env.CHECKOUT / "test-results"
TESTS = python_env.CHECKOUT / "tests"
PROVIDER = "tests/oidc_server"
DEFECTS = f"{PROVIDER}/defects"
FAST = ("tests/test_readmes.py", "tests/deploygen", PROVIDER)
INTEROP = "tests/interop"
SLOW = ("tests/e2e", "tests/browser")
ROOT = ("-m", "root", "-p", "no:cacheprovider")
NOT_ROOT = ("-m", "not root")
# Two at once, each with deployments of its own: most of the time goes into waiting for containers.
BY_FILE = ("-n", "2", "--dist", "loadfile")
ON_POSTGRESQL = {"OIDC_TEST_DATABASE": "postgresql"}


def run_all() -> int:
    """Run every stage, whatever an earlier one found, and return the exit code of the whole."""
    started = time.monotonic()
    RESULTS.mkdir(exist_ok=True)
    for stale in RESULTS.glob("*.xml"):
        stale.unlink()
    _timed("python environment", python_env.ensure)
    _timed("tools", tools.ensure)
    with _Background("images", "browser", "clients") as machinery:
        good = _timed("lint", linters.check)
        good &= run_fast()
        if not _timed("engine, images, browser and clients", machinery.finish):
            return 1  # nothing that follows can do without
    say(f"{engine.describe()}; images: {images.mode()}; Outline: stand-in")
    good &= _pytest("interoperability", INTEROP, env=ON_POSTGRESQL)
    good &= _pytest("contract", *_middle(), *BY_FILE, env=_engine())
    good &= _pytest("end to end", *SLOW, *BY_FILE, "-m", "not alone", env=_engine())
    good &= _pytest("end to end alone", *SLOW, "-m", "alone", env=_engine())
    passed, failed, skipped = _counts()
    say(f"all stages took {_minutes(time.monotonic() - started)}")
    sys.stdout.write(f"total: {passed} passed, {failed} failed, {skipped} skipped\n")
    # A skipped test proves nothing: what it lacks is to be installed.
    return 0 if good and not skipped else 1


def run_fast() -> bool:
    """Run the tests that need neither engine nor browser, on both cores."""
    good = _pytest("fast", *FAST, "-n", "2", *(() if os.geteuid() == 0 else NOT_ROOT))
    if os.geteuid() != 0:
        good &= _pytest("as root", "tests/deploygen", *ROOT, prefix=_root())
    # Once more, the provider as the stack has it.
    once_more = (PROVIDER, f"--ignore={DEFECTS}", "-n", "2")
    good &= _pytest("provider on PostgreSQL", *once_more, env=ON_POSTGRESQL)
    return run_defects() and good


def run_defects() -> bool:
    """Run the tests of django-oidc-provider's defects on ours and on it, and print the table."""
    stages = {"ours": "defects on ours", "stock": "defects on stock"}
    good = _pytest(stages["ours"], DEFECTS, env=ON_POSTGRESQL)
    stock = "--ds=tests.oidc_server.stock.settings"
    good &= _pytest(stages["stock"], DEFECTS, stock, env=ON_POSTGRESQL)
    sys.stdout.write(table(**{which: _report(stage) for which, stage in stages.items()}))
    return good


def _root() -> tuple[str, ...]:
    """Return what makes a command run as root and leave no bytecode of root's in the checkout.

    Raises RigError where we can't be root.
    """
    prefix = root_prefix()
    if prefix is None:
        raise RigError("some tests need root, by sudo without a password")
    return (*prefix, "env", "PYTHONDONTWRITEBYTECODE=1")


def _middle() -> list[str]:
    """Return the folders of tests that no other stage names: a new one can't be forgotten."""
    folders = {test.relative_to(TESTS).parts[0] for test in TESTS.rglob("test_*.py")}
    named = {Path(name).name for name in (*FAST, *SLOW, INTEROP, "tests/benchmarks")}
    return [f"tests/{name}" for name in sorted(folders - named)]


def _engine() -> dict[str, str]:
    return {**engine.environment(), "DEPLOYGEN_TEST_IMAGES": images.mode()}


class _Background:
    """A child of ours that makes parts of the rig ready; its output is shown when it fails."""

    def __init__(self, *parts: str) -> None:
        self._log = cache_dir() / "background.log"
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                ["nice", sys.executable, "-m", "tests.rig", "ensure", *parts],
                cwd=python_env.CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child.poll() is None:
            self._child.terminate()
            self._child.wait()

    def finish(self) -> bool:
        self._child.wait()
        sys.stderr.write(self._log.read_text(errors="replace"))
        return self._child.returncode == 0


def _pytest(
    stage: str, *words: str, env: dict[str, str] | None = None, prefix: tuple[str, ...] = ()
) -> bool:
    report = f"--junitxml={_report(stage)}"
    command = [*prefix, str(python_env.program("python")), "-m", "pytest", report, *words]

    def passed() -> bool:
        done = subprocess.run(
            command,
            cwd=python_env.CHECKOUT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode == 0

    return _timed(stage, passed)


def _report(stage: str) -> Path:
    return RESULTS / f"{stage.replace(' ', '-')}.xml"


def _timed(stage: str, work: Callable[[], bool | None]) -> bool:
    started = time.monotonic()
    say(f"== {stage}")
    good = work() is not False
    outcome = "done" if good else "FAILED"
    say(f"== {stage}: {outcome} in {_minutes(time.monotonic() - started)}")
    return good


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def _counts() -> tuple[int, int, int]:
    """Return how many tests of all stages passed, failed and were skipped."""
    total = failed = skipped = 0
    for report in RESULTS.glob("*.xml"):
        for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 # pytest wrote it just now
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    return total - failed - skipped, failed, skipped
