"""Which client calls: RFC 6749, section 2.3.1. The token endpoint stands for the others."""

import base64
from typing import Any
from urllib.parse import quote_plus

import pytest
from oidc_provider.models import Client

from oidc_server.provider.client_secrets import at_rest
from tests.oidc_server import flow

# Everything that means something to a form, to Basic authentication or to nobody.
ODD = "a:b%25+c d&e=f/ü€"


def ask(authorization: str = "", **form: str) -> Any:
    """A request that a client which is let in gets `invalid_grant` for."""
    return flow.backend().post(
        "/uc/oauth/token",
        {"grant_type": "refresh_token", "refresh_token": "unknown", **form},
        headers={"authorization": authorization} if authorization else {},
    )


def basic(client_id: str, secret: str) -> str:
    return f"Basic {flow.basic(quote_plus(client_id), quote_plus(secret))}"


def is_let_in(answer: Any) -> bool:
    if answer.status_code == 401:
        assert answer.json()["error"] == "invalid_client"
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert answer.headers["Cache-Control"] == "no-store"
        return False
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    return True


def make_confidential(client_id: str, secret: str) -> None:
    flow.make_client(client_id, client_secret=secret, client_type="confidential")


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["plain", ODD, ":", "a:", "%", "+"])
@pytest.mark.parametrize("client_id", ["plain", "with:colon", "https://app.example/a+b%20c"])
def test_a_confidential_client_proves_itself_by_header_or_form(client_id: str, secret: str) -> None:
    make_confidential(client_id, secret)

    assert is_let_in(ask(basic(client_id, secret)))
    assert is_let_in(ask(client_id=client_id, client_secret=secret))
    assert is_let_in(ask(basic(client_id, secret), client_id=client_id))
    assert is_let_in(ask(basic(client_id, secret).replace("Basic", "bAsIc")))


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["100%", "a+b", "a%20b", "a:b", "a b&c=d"])
def test_a_client_that_encodes_nothing_is_let_in_too(secret: str) -> None:
    make_confidential("app", secret)

    assert is_let_in(ask(f"Basic {flow.basic('app', secret)}"))
    assert not is_let_in(ask(f"Basic {flow.basic('app', f'{secret}x')}"))


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["", "other", "secre", "secret ", "SECRET", "secret\0", "ü"])
def test_a_wrong_secret_is_refused(wrong: str) -> None:
    make_confidential("app", "secret")

    assert not is_let_in(ask(basic("app", wrong)))
    assert not is_let_in(ask(client_id="app", client_secret=wrong))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !",
        "Basic YTpi YTpi",
        f"Basic {base64.b64encode(b'no colon').decode()}",
        f"Basic {base64.b64encode(bytes(range(256))).decode()}",
        f"Basic {base64.b64encode(b'%00:%00').decode()}",
        f"Basic {base64.b64encode(b'%ff%fe:%ff').decode()}",
        "Bearer abc",
        "Digest abc",
    ],
)
def test_a_header_that_proves_nothing_is_refused(header: str) -> None:
    make_confidential("app", "secret")

    assert not is_let_in(ask(header))


@pytest.mark.django_db
def test_two_proofs_in_one_request_are_refused() -> None:
    make_confidential("app", "secret")
    make_confidential("other", "secret")

    twice = ask(basic("app", "secret"), client_id="app", client_secret="secret")
    two_clients = ask(basic("app", "secret"), client_id="other")

    for answer in (twice, two_clients):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.django_db
def test_a_public_client_names_itself_and_sends_no_secret() -> None:
    flow.make_client("public")

    assert is_let_in(ask(client_id="public"))
    assert is_let_in(ask(client_id="public", client_secret=""))
    assert is_let_in(ask(basic("public", "")))
    assert not is_let_in(ask(client_id="public", client_secret="anything"))


@pytest.mark.django_db
@pytest.mark.parametrize("kept", ["", "in clear", "sha256$", at_rest("")])
def test_what_is_not_the_digest_of_a_secret_lets_nobody_in(kept: str) -> None:
    make_confidential("app", "")
    Client.objects.update(client_secret=kept)

    for secret in ("", kept, kept.removeprefix("sha256$")):
        assert not is_let_in(ask(client_id="app", client_secret=secret))


def test_the_digest_from_the_database_lets_nobody_in(wiki: Any) -> None:
    for digest in (wiki.client_secret, wiki.client_secret.removeprefix("sha256$")):
        assert not is_let_in(ask(client_id=flow.CLIENT_ID, client_secret=digest))


@pytest.mark.parametrize("client_id", ["", "unknown", "\0", "outline\0", "ü", "o" * 5000])
@pytest.mark.usefixtures("wiki")
def test_an_unknown_client_is_refused(client_id: str) -> None:
    assert not is_let_in(ask(client_id=client_id, client_secret=flow.CLIENT_SECRET))


def test_tokens_come_to_a_client_that_uses_the_header(alice: Any) -> None:
    answer = flow.backend().post(
        "/uc/oauth/token",
        {
            "grant_type": "authorization_code",
            "code": flow.code_for(alice),
            "redirect_uri": flow.CALLBACK,
        },
        headers={"authorization": basic(flow.CLIENT_ID, flow.CLIENT_SECRET)},
    )

    assert answer.status_code == 200
