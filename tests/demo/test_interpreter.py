"""The environment of the provider's dependencies, made out of a package index in a folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploygen.demo import interpreter
from deploygen.demo.interruption import Interruption
from deploygen.errors import MachineUnfit
from tests.demo.running import CHECKOUT

NAME = "deploygen_demo_test_package"
FIND = """
import sys
from pathlib import Path
from deploygen.demo import interpreter
from deploygen.demo.interruption import Interruption
with Interruption() as interruption:
    tell = lambda text: print(text, file=sys.stderr)
    print(interpreter.find(Path(sys.argv[1]), tell, interruption))
"""


@dataclass
class Index:
    """A package that this interpreter lacks, and the requirements that pin it."""

    requirements: Path
    cache: Path

    def find(self) -> Path:
        with Interruption() as interruption:
            return interpreter.find(self.requirements, lambda _: None, interruption)

    def made(self) -> list[str]:
        return sorted(path.name for path in self.cache.glob("deploygen/server-*[!k]"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    wheel = tmp_path / "index" / f"{NAME}-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    info = f"{NAME}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{NAME}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{NAME}==1.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Index(requirements, tmp_path / "cache")


def test_the_running_interpreter_serves_if_it_has_what_is_pinned(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(next(index.requirements.parent.glob("index/*.whl"))))

    python = index.find()

    assert python == Path(sys.executable)
    assert not index.cache.exists()


def test_an_environment_is_made_once_and_has_what_is_pinned(index: Index) -> None:
    python = index.find()
    stamp = python.lstat().st_mtime_ns
    again = index.find()

    assert subprocess.run([python, "-c", f"import {NAME}"], check=False).returncode == 0
    assert again == python
    assert python.lstat().st_mtime_ns == stamp
    assert len(index.made()) == 1


def test_a_half_made_environment_is_never_used(index: Index) -> None:
    python = index.find()
    environment = python.parents[1]
    environment.rename(environment.with_name(f"{environment.name}.new"))
    next(environment.parent.glob(f"*.new/lib/*/site-packages/{NAME}.py")).unlink()

    again = index.find()

    assert subprocess.run([again, "-c", f"import {NAME}"], check=False).returncode == 0
    assert index.made() == [environment.name]


def test_an_environment_whose_python_was_removed_is_made_again(index: Index) -> None:
    python = index.find()
    for link in python.parent.glob("python*"):
        link.unlink()
    python.symlink_to("/nowhere/python")

    again = index.find()

    assert subprocess.run([again, "-c", f"import {NAME}"], check=False).returncode == 0


def test_of_two_at_once_one_makes_it_and_the_other_waits(index: Index) -> None:
    command = [sys.executable, "-c", FIND, str(index.requirements)]
    both = [
        subprocess.Popen(
            command,
            cwd=index.cache.parent,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    told = [process.communicate(timeout=90) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert told[0][0] == told[1][0]
    assert sorted("Waiting for another demo" in errors for _, errors in told) == [False, True]
    assert sorted("Installed." in errors for _, errors in told) == [False, True]


def test_a_package_with_another_hash_is_refused_and_nothing_is_left(index: Index) -> None:
    pinned = index.requirements.read_text(encoding="utf-8").split("sha256:")[0]
    index.requirements.write_text(f"{pinned}sha256:{'0' * 64}\n", encoding="utf-8")

    with pytest.raises(MachineUnfit, match="could not be installed; pip says above why"):
        index.find()

    assert index.made() == []


def test_without_a_package_index_the_remedy_is_told(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "")

    with pytest.raises(MachineUnfit, match="PIP_INDEX_URL") as caught:
        index.find()

    assert caught.value.exit_code == 5
    assert index.made() == []


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_without_venv_the_package_to_install_is_named(
    index: Index, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == missing else object()
    )

    with pytest.raises(MachineUnfit, match=r"apt install python3\.\d+-venv"):
        index.find()


def test_a_cache_that_can_not_be_written_is_told(index: Index) -> None:
    index.cache.touch()

    with pytest.raises(MachineUnfit, match="set XDG_CACHE_HOME"):
        index.find()
