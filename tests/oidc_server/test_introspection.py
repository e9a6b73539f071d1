"""A client asks what its token is still worth: RFC 7662."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from oidc_provider.models import Token

from oidc_server.provider.models import Grant
from tests.oidc_server import flow

INACTIVE = {"active": False}


def ask(token: str, **changes: str) -> Any:
    form = {"token": token, "client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}
    return flow.backend().post("/uc/oauth/introspect", {**form, **changes})


def test_a_client_is_told_of_its_access_token(alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]

    answer = ask(token)

    told = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert told.pop("exp") == int(Token.objects.get().expires_at.timestamp())
    assert told == {
        "active": True,
        "scope": "openid profile email",
        "client_id": flow.CLIENT_ID,
        "username": "alice",
        "sub": alice.sub,
        "aud": flow.CLIENT_ID,
        "iss": f"{flow.WIKI}/uc/oauth",
    }


def test_a_client_is_told_of_its_refresh_token(alice: Any) -> None:
    told = ask(flow.tokens_for(alice)["refresh_token"]).json()

    assert told["active"] is True
    assert told["exp"] == int(Grant.objects.get().expires_at.timestamp())


def test_what_was_never_given_or_has_been_replaced_is_inactive(alice: Any) -> None:
    unused, used = flow.code_for(alice), flow.code_for(alice)
    old = flow.exchange(used).json()
    flow.refresh(old["refresh_token"])

    for token in (old["access_token"], old["refresh_token"], used, unused, "x", "A" * 64, "\x00ü"):
        assert ask(token).json() == INACTIVE


def test_expired_tokens_are_inactive(alice: Any) -> None:
    tokens = flow.tokens_for(alice)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(tokens["access_token"]).json() == INACTIVE
    assert ask(tokens["refresh_token"]).json()["active"] is True

    Grant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(tokens["refresh_token"]).json() == INACTIVE


def test_a_turned_off_users_tokens_are_inactive_at_once(alice: Any) -> None:
    tokens = flow.tokens_for(alice)
    alice.is_active = False
    alice.save()

    assert ask(tokens["access_token"]).json() == INACTIVE
    assert ask(tokens["refresh_token"]).json() == INACTIVE


def test_another_clients_tokens_are_inactive_for_it(alice: Any) -> None:
    flow.make_client("other", client_secret="other's secret", client_type="confidential")
    tokens = flow.tokens_for(alice)

    for token in (tokens["access_token"], tokens["refresh_token"]):
        answer = ask(token, client_id="other", client_secret="other's secret")
        assert answer.json() == INACTIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"},
        {"client_secret": ""},
        {"client_id": "unknown"},
        {"client_id": "public", "client_secret": ""},
    ],
)
def test_only_a_confidential_client_that_proves_it_is_answered(
    alice: Any, changes: dict[str, str]
) -> None:
    flow.make_client("public")

    answer = ask(flow.tokens_for(alice)["access_token"], **changes)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.usefixtures("wiki")
def test_a_request_without_a_token_is_refused() -> None:
    answer = ask("")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_it_is_asked_by_post_alone(alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]

    assert flow.backend().get("/uc/oauth/introspect", {"token": token}).status_code == 405
