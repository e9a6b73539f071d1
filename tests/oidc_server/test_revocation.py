"""A client gives up what it was granted: RFC 7009."""

from typing import Any

import pytest
from oidc_provider.models import Code, Token

from oidc_server.provider.models import Grant
from tests.oidc_server import flow
from tests.oidc_server.defects import steps


def revoke(token: str, **changes: str) -> Any:
    form = {"token": token, "client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}
    return flow.backend().post("/uc/oauth/revoke", {**form, **changes})


def has_ended(tokens: dict[str, Any]) -> bool:
    refused = flow.userinfo(tokens["access_token"]).status_code == 401
    return refused and bool(flow.refresh(tokens["refresh_token"]).status_code == 400)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "unknown"])
def test_either_token_ends_both(alice: Any, kind: str, hint: str) -> None:
    tokens, elsewhere = flow.tokens_for(alice), flow.tokens_for(alice)

    answer = revoke(tokens[kind], token_type_hint=hint)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert has_ended(tokens)
    assert not has_ended(elsewhere)


def test_the_last_refresh_token_that_arrived_will_do(alice: Any) -> None:
    tokens = flow.tokens_for(alice)
    lost = flow.refresh(tokens["refresh_token"]).json()

    assert revoke(tokens["refresh_token"]).status_code == 200

    assert has_ended(lost)


def test_nothing_is_left_in_the_database(alice: Any) -> None:
    tokens = flow.tokens_for(alice)

    revoke(tokens["refresh_token"])

    assert not Grant.objects.exists()
    assert not Token.objects.exists()
    assert not Code.objects.exists()


def test_a_code_that_was_not_used_yet_may_be_given_up(alice: Any) -> None:
    code = flow.code_for(alice)

    assert revoke(code).status_code == 200

    assert flow.exchange(code).json()["error"] == "invalid_grant"
    assert not Code.objects.exists()


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize("token", ["unknown", "A" * 64, "a" * 5000, "\x00", "ü"])
def test_an_unknown_token_has_ended_already(token: str) -> None:
    assert revoke(token).status_code == 200


def test_a_token_may_be_revoked_twice(alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]
    revoke(token)

    assert revoke(token).status_code == 200


def test_a_public_client_names_itself(alice: Any) -> None:
    flow.make_client("public")
    person = flow.signed_in(alice)
    asked = {"client_id": "public", "redirect_uri": flow.ELSEWHERE, **steps.PKCE}
    code = steps.told(steps.authorize(person, **asked))["code"]
    itself = {"client_id": "public", "client_secret": ""}
    tokens = flow.exchange(
        code, redirect_uri=flow.ELSEWHERE, code_verifier=flow.VERIFIER, **itself
    ).json()
    assert flow.userinfo(tokens["access_token"]).status_code == 200

    assert revoke(tokens["refresh_token"], **itself).status_code == 200

    assert flow.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_client_ends_no_other_clients_tokens(alice: Any, kind: str) -> None:
    flow.make_client("public")
    tokens = flow.tokens_for(alice)

    answer = revoke(tokens[kind], client_id="public", client_secret="")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not has_ended(tokens)


def test_who_does_not_prove_to_be_the_client_ends_nothing(alice: Any) -> None:
    tokens = flow.tokens_for(alice)

    answer = revoke(tokens["refresh_token"], client_secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not has_ended(tokens)


@pytest.mark.usefixtures("wiki")
def test_a_request_without_a_token_is_refused() -> None:
    answer = revoke("")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_it_is_asked_by_post_alone(alice: Any) -> None:
    tokens = flow.tokens_for(alice)

    answer = flow.backend().get("/uc/oauth/revoke", {"token": tokens["access_token"]})

    assert answer.status_code == 405
    assert not has_ended(tokens)
