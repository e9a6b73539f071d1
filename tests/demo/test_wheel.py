"""After a plain `pip install`, where nothing of the provider's dependencies is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.running import CHECKOUT, Machine
from tests.demo.visitor import Visitor

FIRST_TIME = 600.0  # seconds; a slow index

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel and what it asks for."""
    place = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", str(place), str(CHECKOUT))
    _run(sys.executable, "-m", "venv", str(place / "env"))
    wheel = next(place.glob("*.whl"))
    _run(str(place / "env/bin/python"), "-m", "pip", "install", "--quiet", str(wheel))
    return place / "env"


@pytest.fixture
def elsewhere(machine: Machine, installed: Path) -> Machine:
    machine.command = [str(installed / "bin/deploygen")]
    del machine.environment["PYTHONPATH"]
    return machine


def test_the_dependencies_are_fetched_once_and_then_it_starts_at_once(
    elsewhere: Machine, installed: Path
) -> None:
    package = next(installed.glob("lib/*/site-packages/deploygen"))
    before = _files(package)

    first = elsewhere.start(patience=FIRST_TIME)
    visitor = Visitor()
    visitor.sign_in(first.told)
    shown = visitor.table("userinfo")
    first.process.terminate()
    code, rest, errors = first.finish()

    second = elsewhere.start()
    second.process.terminate()
    silent = second.finish()

    assert shown["preferred_username"] == "admin"
    assert (code, rest) == (0, "")
    assert "The first time, the provider's dependencies are installed into" in errors
    assert "django" in errors.lower()  # pip's own progress
    assert silent == (0, "", "")
    assert _files(package) == before
    assert elsewhere.left_behind() == []


def test_stopping_while_it_installs_leaves_no_half_environment(elsewhere: Machine) -> None:
    process = elsewhere.launch("--json")
    assert process.stderr is not None
    assert "The first time" in process.stderr.readline()

    process.terminate()
    out, errors = process.communicate(timeout=60)

    assert (process.returncode, out) == (1, "")
    assert "stopped before" in errors
    kept = [path.name for path in elsewhere.cache.glob("deploygen/*") if path.suffix != ".lock"]
    assert kept == []
    assert elsewhere.left_behind() == []


def _files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
