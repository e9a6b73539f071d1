from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.running import Demo, Machine


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes a minute or more, and needs a package index")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Folders for temporary things and caches, and no demo left running at the end."""
    with Machine(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all the tests of a module that only use it."""
    with Machine(tmp_path_factory.mktemp("demo")) as machine:
        yield machine.start()
