"""A provider as it is deployed, and the clients that it knows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import started as chromium_started
from tests.interop.clients import CLIENTS, Client
from tests.oidc_server import running
from tests.oidc_server.postgresql import cluster


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The provider's environment; its database knows the clients."""
    with cluster() as postgresql:
        variables = running.fresh(postgresql, tmp_path_factory.mktemp("provider"))
        running.command("init", variables=variables)
        known = [client.registration() for client in CLIENTS]
        register = f"for fields in {known}: make_client(**fields)"
        imported = "from tests.oidc_server.flow import make_client"
        running.command("shell", "-c", f"{imported}\n{register}", variables=variables)
        yield variables


@pytest.fixture(scope="session")
def provider(
    variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[running.Running]:
    log = tmp_path_factory.mktemp("provider") / "log"
    with running.serve(variables, running.port_of(variables), log) as started:
        yield started


@pytest.fixture(scope="session", params=CLIENTS, ids=lambda client: client.name)
def client(
    request: pytest.FixtureRequest,
    provider: running.Running,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Client]:
    chosen: Client = request.param
    with chosen.running(provider, tmp_path_factory.mktemp(chosen.name)):
        yield chosen


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a profile of its own."""
    with chromium.new_context() as profile:
        yield profile.new_page()
