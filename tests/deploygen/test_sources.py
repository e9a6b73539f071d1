from pathlib import Path

import pytest

from deploygen import sources


def test_a_checkout_is_found_by_its_pyproject() -> None:
    root = sources.find().root

    assert 'name = "deploygen"' in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert (root / "templates").is_dir()


@pytest.mark.parametrize("pyproject", [None, '[project]\nname = "another"\n'])
def test_elsewhere_the_packages_own_data_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pyproject: str | None
) -> None:
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(sources, "_PACKAGE", tmp_path / "deploygen")

    assert sources.find().root == tmp_path / "deploygen" / "_data"
