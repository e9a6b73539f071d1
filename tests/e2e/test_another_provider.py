"""People of a wiki may sign in at a provider elsewhere: here, the user accounts of another one."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.deployments import deployment, free_port, machinery
from tests.e2e.stack import Stack, host_address
from tests.e2e.ways import Way

CLIENT_ID, CLIENT_SECRET = "second", "not-a-secret"
# As one makes a client in the admin pages of another provider.
MAKE_CLIENT = """
from oidc_provider.models import Client, ResponseType
from oidc_server.provider.client_secrets import at_rest
client = Client.objects.create(
    name="Second", client_id="{id}", client_secret=at_rest("{secret}"),
    client_type="confidential", jwt_alg="RS256", require_consent=False,
    _redirect_uris="{url}/auth/oidc.callback", _post_logout_redirect_uris="{url}",
)
client.response_types.set(ResponseType.objects.filter(value="code"))
"""


@pytest.fixture(scope="module")
def provider_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment at an address that browsers and other containers reach alike."""
    machinery()
    folder = tmp_path_factory.mktemp("provider") / "wiki"
    yield from deployment(folder, URL=f"http://{host_address()}:{free_port()}")


@pytest.fixture(scope="module")
def external_stack(
    provider_stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    url = f"http://localhost:{free_port()}"
    script = MAKE_CLIENT.format(id=CLIENT_ID, secret=CLIENT_SECRET, url=url)
    provider_stack.execute("oidc", "python", "-m", "oidc_server", "shell", "-c", script)
    yield from deployment(
        tmp_path_factory.mktemp("external") / "wiki",
        URL=url,
        ADMIN_EMAIL="",
        OIDC_ISSUER_URL=f"{provider_stack.url}/uc/oauth",
        OIDC_CLIENT_ID=CLIENT_ID,
        OIDC_CLIENT_SECRET=CLIENT_SECRET,
    )


@pytest.fixture(scope="module")
def way(external_stack: Stack, provider_stack: Stack) -> Way:
    """How somebody of this machine comes to both."""
    ports = {urlsplit(stack.url).port or 80 for stack in (external_stack, provider_stack)}
    return Way(
        client="127.0.0.1",
        address="127.0.0.1",
        hosts=frozenset({"localhost"}),
        ports={port: port for port in ports},
        trusts=ssl.create_default_context(),
    )


def test_there_are_no_user_accounts_of_its_own(external_stack: Stack) -> None:
    assert not [name for name in external_stack.services() if "oidc" in name]


def test_one_signs_in_at_the_provider_elsewhere(
    external_stack: Stack, provider_stack: Stack, way: Way
) -> None:
    config = provider_stack.config

    with way.visitor(external_stack.url) as person:
        end = person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        user = person.who()

    assert str(end.request.url).startswith(external_stack.url)
    assert user is not None
    assert user["email"] == config["ADMIN_EMAIL"]


@pytest.mark.parametrize(
    "path",
    [
        "/uc/accounts/login/",
        "/uc/oauth/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/uc/oauth",
    ],
)
def test_where_the_user_accounts_would_be_the_wiki_answers_as_anywhere(
    external_stack: Stack, provider_stack: Stack, way: Way, path: str
) -> None:
    with way.visitor(external_stack.url) as person:
        answer, elsewhere = (person.request("GET", item) for item in (path, "/uc-of-nothing/"))
    with way.visitor(provider_stack.url) as person:
        accounts = person.request("GET", path)

    assert (answer.status_code, answer.text) == (elsewhere.status_code, elsewhere.text)
    assert accounts.status_code == httpx.codes.OK
    assert accounts.text != answer.text
