"""Who gets in, and for how long: the defects 1 to 6 and 8."""

from datetime import timedelta
from typing import Any

import pytest
from oidc_provider.models import ResponseType

from tests.oidc_server import flow
from tests.oidc_server.defects import steps
from tests.oidc_server.defects.conftest import Later, MakeClient, Right


def test_userinfo_refuses_a_turned_off_user(alice: Any, right: Right) -> None:
    token = flow.tokens_for(alice)["access_token"]
    assert flow.userinfo(token).status_code == 200

    steps.turn_off(alice)

    with right("1", "RFC 6750, 3.1"):
        assert flow.userinfo(token).status_code == 401


def test_a_turned_off_user_cannot_refresh(alice: Any, right: Right) -> None:
    token = flow.refresh(flow.tokens_for(alice)["refresh_token"]).json()["refresh_token"]

    steps.turn_off(alice)
    answer = flow.refresh(token)

    with right("1", "RFC 6749, 5.2"):
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"


def test_a_turned_off_users_code_is_good_for_nothing(alice: Any, right: Right) -> None:
    code = flow.code_for(alice)
    assert flow.exchange(flow.code_for(alice)).status_code == 200

    steps.turn_off(alice)
    answer = flow.exchange(code)

    with right("1", "RFC 6749, 5.2"):
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"


def test_a_turned_off_users_token_is_not_active(
    alice: Any, make_client: MakeClient, right: Right
) -> None:
    client = {"client_id": "asking", "client_secret": "secret-of-asking"}
    make_client(*client.values(), _scope="token_introspection asking")
    token = flow.exchange(flow.code_for(alice, client_id="asking"), **client).json()["access_token"]
    assert steps.introspect(token, **client).json()["active"] is True

    steps.turn_off(alice)
    answer = steps.introspect(token, **client)

    with right("1", "RFC 7662, 2.2"):
        assert answer.json() == {"active": False}, "it is active"


def test_a_refresh_token_ends_after_30_days_of_disuse(
    alice: Any, later: Later, right: Right
) -> None:
    token = flow.tokens_for(alice)["refresh_token"]
    later(timedelta(days=29))
    used = flow.refresh(token)
    assert used.status_code == 200

    later(timedelta(days=31))
    answer = flow.refresh(used.json()["refresh_token"])

    with right("2", "RFC 9700, 4.14.2"):
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_replayed_refresh_token_ends_its_family(
    alice: Any, later: Later, right: Right, kind: str
) -> None:
    first = flow.tokens_for(alice)
    second = flow.refresh(first["refresh_token"]).json()
    assert flow.userinfo(second["access_token"]).status_code == 200

    later(timedelta(minutes=10))  # longer than a lost answer is waited for
    replayed = flow.refresh(first["refresh_token"])
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")

    with right("2", "RFC 9700, 4.14.2"):
        assert steps.use(kind, second[kind]).status_code in {400, 401}


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_code_used_twice_ends_what_came_of_it(alice: Any, right: Right, kind: str) -> None:
    code = flow.code_for(alice)
    tokens = flow.exchange(code).json()
    assert flow.userinfo(tokens["access_token"]).status_code == 200

    again = flow.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")

    with right("3", "RFC 6749, 4.1.2"):
        assert steps.use(kind, tokens[kind]).status_code in {400, 401}


def test_a_code_is_bound_to_the_redirect_uri_it_was_sent_to(
    alice: Any, make_client: MakeClient, right: Right
) -> None:
    other = f"{flow.WIKI}/other"
    client = {"client_id": "two", "client_secret": "secret-of-two"}
    make_client(*client.values(), _redirect_uris=f"{flow.CALLBACK}\n{other}")
    good = flow.exchange(flow.code_for(alice, client_id="two"), **client)
    assert good.status_code == 200

    answer = flow.exchange(flow.code_for(alice, client_id="two"), redirect_uri=other, **client)

    with right("4", "RFC 6749, 4.1.3"):
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("allowed", "asked"), [("code", "token"), ("id_token", "code")], ids=["token", "code"]
)
def test_response_types_are_enforced_without_openid_too(
    alice: Any, make_client: MakeClient, right: Right, allowed: str, asked: str
) -> None:
    make_client("limited", "secret-of-limited").response_types.set(
        ResponseType.objects.filter(value=allowed)
    )
    request = {"client_id": "limited", "response_type": asked, "nonce": "n"}
    if asked == "code":
        refused = steps.told(steps.authorize(flow.signed_in(alice), scope="openid", **request))
        assert "error" in refused

    told = steps.told(steps.authorize(flow.signed_in(alice), scope="profile", **request))

    with right("5", "RFC 6749, 4.1.2.1 and 4.2.2.1"):
        assert "access_token" not in told, "an access token came"
        assert "code" not in told, "a code came"
        assert told["error"] in {"unauthorized_client", "unsupported_response_type"}


@pytest.mark.usefixtures("public_client")
def test_pkce_is_required_of_public_clients(alice: Any, right: Right) -> None:
    person, client = flow.signed_in(alice), {"client_id": "public", "client_secret": ""}
    code = steps.told(steps.authorize(person, client_id="public", **steps.PKCE))["code"]
    assert flow.exchange(code, code_verifier=flow.VERIFIER, **client).status_code == 200

    told = steps.told(steps.authorize(person, client_id="public"))

    with right("6", "RFC 7636, 4.4.1; RFC 9700, 2.1.1"):
        assert "code" not in told, "a code came"
        assert told["error"] == "invalid_request"


def test_a_verifier_without_a_challenge_is_refused(alice: Any, right: Right) -> None:
    code = flow.code_for(alice, **steps.PKCE)
    assert flow.exchange(code, code_verifier=flow.VERIFIER).status_code == 200

    answer = flow.exchange(flow.code_for(alice), code_verifier=flow.VERIFIER)

    with right("6", "RFC 9700, 4.8.2"):
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"


def test_the_plain_challenge_is_refused(alice: Any, right: Right) -> None:
    person, plain = flow.signed_in(alice), {"code_challenge": flow.VERIFIER}
    assert "code" in steps.told(flow.authorize(person, **steps.PKCE))

    told = steps.told(flow.authorize(person, **plain, code_challenge_method="plain"))

    with right("6", "RFC 7636, 4.4.1; RFC 9700, 2.1.1"):
        assert "code" not in told, "a code came"
        assert told["error"] == "invalid_request"


def test_userinfo_takes_no_token_from_the_address(alice: Any, right: Right) -> None:
    token = flow.tokens_for(alice)["access_token"]
    assert flow.userinfo(token).status_code == 200

    answer = flow.backend().get("/uc/oauth/userinfo", {"access_token": token})

    with right("8", "RFC 6750, 2.3; RFC 9700, 4.3.2"):
        assert answer.status_code == 401


def test_userinfo_lets_no_unknown_site_read_it(alice: Any, right: Right) -> None:
    token = flow.tokens_for(alice)["access_token"]

    answer = flow.backend().get(
        "/uc/oauth/userinfo",
        headers={"authorization": f"Bearer {token}", "origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 200

    with right("8", "Fetch, CORS protocol"):
        assert "Access-Control-Allow-Origin" not in answer.headers, "the origin is allowed"
        assert "Access-Control-Allow-Credentials" not in answer.headers
