"""What is installed from the built distribution does what the checkout does."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from deploygen import sources
from tests.deploygen import golden, visible

CHECKOUT = Path(__file__).parents[2]
DEPENDENCIES = ("click", "jinja2", "markupsafe", "yaml")
# Of a Python that knows nothing of this checkout.
ALONE = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=ALONE, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that both are known to be whole."""
    place = tmp_path_factory.mktemp("dist")
    run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", place, CHECKOUT),
        folder=place,
    )
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The python of an environment that holds the wheel and what it depends on, nothing else."""
    environment = tmp_path_factory.mktemp("elsewhere") / "env"
    run(sys.executable, "-m", "venv", environment, folder=environment.parent)
    program = environment / "bin" / "python"
    install = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps")
    run(program, *install, wheel, folder=environment.parent)
    (packages,) = environment.glob("lib/python*/site-packages")
    for name in DEPENDENCIES:
        found = find_spec(name)
        assert found is not None
        assert found.origin is not None
        (packages / name).symlink_to(Path(found.origin).parent)
    return program


def test_the_only_package_it_installs_is_its_own(python: Path) -> None:
    script = "from importlib.util import find_spec as find; print(find('oidc_server'))"

    assert run(python, "-c", script, folder=python.parent) == "None\n"


def test_no_file_is_outside_the_package_and_none_is_compiled(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"deploygen"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_it_speaks_chinese(python: Path) -> None:
    script = (
        "import os; os.environ['LANGUAGE'] = 'zh_CN'; from deploygen.cli import main; main(['-h'])"
    )

    assert "选项" in run(python, "-c", script, folder=python.parent)


def test_it_makes_the_golden_folders_byte_for_byte(python: Path, tmp_path: Path) -> None:
    shutil.copytree(golden.FOLDER / "certificate", tmp_path / "certificate")
    for case in golden.CASES:
        config = (golden.FOLDER / case / "config.sh").read_bytes()
        (tmp_path / case).mkdir()
        (tmp_path / case / "config.sh").write_bytes(config)

        run(python.parent / "deploygen", "render", case, folder=tmp_path)

        made = visible.files(tmp_path / case)
        assert made.pop("config.sh") == config
        assert golden.comparable(made) == golden.expected(case)


def test_it_holds_the_checkouts_own_source_of_the_oidc_server(python: Path, tmp_path: Path) -> None:
    config = (golden.FOLDER / "defaults" / "config.sh").read_bytes()
    (tmp_path / "config.sh").write_bytes(config)

    run(python.parent / "deploygen", "render", folder=tmp_path)

    assert visible.files(tmp_path / "oidc-server") == sources.find().oidc_build_context()


def test_its_version_is_the_checkouts(python: Path, wheel: Path) -> None:
    version = run(python.parent / "deploygen", "--version", folder=python.parent)

    assert wheel.name.startswith(f"deploygen-{version.split()[-1]}-")
