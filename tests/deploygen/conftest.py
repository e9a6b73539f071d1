from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from deploygen import folder

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def no_other_deployments() -> Iterator[None]:
    """What else is on the machine that runs the tests decides no name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "names_taken", tuple)
        yield
