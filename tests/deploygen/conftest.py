import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from deploygen import folder, ports

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def nothing_else_on_the_machine() -> Iterator[None]:
    """What else is on the machine that runs the tests decides no name and has no port."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "names_taken", tuple)
        patch.setattr(folder, "places_of", lambda _name: ())
        patch.setattr(ports, "is_taken", lambda _host, _port: False)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that only root can run: `make test` has a stage for them where it is not."""
    for item in items:
        if "of_somebody_else" in getattr(item, "fixturenames", ()):
            item.add_marker("root")


@pytest.fixture
def of_somebody_else() -> Iterator[Path]:
    """A folder of a user that this one, who has to be root, is not."""
    assert os.geteuid() == 0, "only root may give a folder away: leave it out by `-m 'not root'`"
    with TemporaryDirectory() as name:  # pytest's own lets nobody else in
        Path(name).chmod(0o755)
        folder = Path(name, "wiki")
        folder.mkdir()
        os.chown(folder, 54321, 54322)  # who has no name
        yield folder
