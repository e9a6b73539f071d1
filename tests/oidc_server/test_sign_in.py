"""Authorization code, tokens, claims, refresh: what the wiki needs to sign people in."""

from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from tests.oidc_server import flow


def test_a_visitor_signs_in_on_the_way_and_comes_back_with_code_and_state(alice: Any) -> None:
    visitor = flow.browser()

    to_login = flow.authorize(visitor)
    page = visitor.get(to_login.headers["Location"])
    answer = visitor.post(
        to_login.headers["Location"],
        {
            "username": "Alice@Example.com",
            "password": flow.PASSWORD,
            "next": page.context["next"],
            "csrfmiddlewaretoken": page.context["csrf_token"],
        },
    )
    back = visitor.get(answer.headers["Location"])

    assert urlsplit(to_login.headers["Location"]).path == "/uc/accounts/login/"
    assert back.headers["Location"].startswith(f"{flow.CALLBACK}?")
    assert flow.parameters_of(back)["state"] == "a state"
    assert flow.tokens_for(alice).keys() >= {"access_token", "refresh_token", "id_token"}


def test_the_bundled_client_asks_for_no_consent(alice: Any) -> None:
    answer = flow.authorize(flow.signed_in(alice))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(flow.CALLBACK)


def test_userinfo_tells_what_outline_reads(alice: Any) -> None:
    answer = flow.userinfo(flow.tokens_for(alice)["access_token"])

    claims = answer.json()
    assert claims["sub"] == alice.sub
    assert claims["email"] == "alice@example.com"
    assert claims["email_verified"] is True
    assert claims["preferred_username"] == "alice"
    assert claims["name"] == "Alice Example"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("wiki")
def test_the_name_is_the_username_when_there_is_no_other() -> None:
    bob = flow.make_user("bob")

    assert flow.userinfo(flow.tokens_for(bob)["access_token"]).json()["name"] == "bob"


def test_the_id_token_is_signed_by_a_published_key_and_names_the_public_issuer(alice: Any) -> None:
    tokens = flow.tokens_for(alice)

    keys = jwt.PyJWKSet.from_dict(flow.browser().get("/uc/oauth/jwks").json())
    key = keys[jwt.get_unverified_header(tokens["id_token"])["kid"]]
    claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience=flow.CLIENT_ID)

    assert claims["iss"] == f"{flow.WIKI}/uc/oauth"
    assert claims["sub"] == alice.sub


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_endpoint_answers_with_and_without_a_slash(alice: Any, slash: str) -> None:
    person, backend = flow.signed_in(alice), flow.backend()

    assert person.get(f"/uc/oauth/authorize{slash}").status_code == 400
    assert backend.post(f"/uc/oauth/token{slash}").status_code == 401
    assert backend.get(f"/uc/oauth/userinfo{slash}").status_code == 401
    assert backend.post(f"/uc/oauth/introspect{slash}").status_code == 401
    assert person.get(f"/uc/oauth/jwks{slash}").status_code == 200
    assert person.get(f"/uc/oauth/end-session{slash}").status_code == 200


def test_a_refresh_gives_new_tokens_that_work(alice: Any) -> None:
    first = flow.tokens_for(alice)

    second = flow.refresh(first["refresh_token"]).json()

    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert flow.userinfo(second["access_token"]).status_code == 200


def test_a_wrong_client_secret_is_refused_and_the_code_stays_good(alice: Any) -> None:
    code = flow.code_for(alice)

    refused = flow.exchange(code, client_secret="wrong")

    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_client"
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert flow.exchange(code).status_code == 200


def test_a_turned_off_user_is_refused_at_once_and_others_are_not(alice: Any) -> None:
    bob = flow.make_user("bob")
    of_alice, of_bob = flow.tokens_for(alice), flow.tokens_for(bob)
    browser, code = flow.signed_in(alice), flow.code_for(alice)
    alice.is_active = False
    alice.save()

    assert flow.userinfo(of_alice["access_token"]).status_code == 401
    refused = flow.refresh(of_alice["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert flow.exchange(code).json()["error"] == "invalid_grant"
    assert "/uc/accounts/login/" in flow.authorize(browser).headers["Location"]
    assert flow.userinfo(of_bob["access_token"]).status_code == 200
    assert flow.refresh(of_bob["refresh_token"]).status_code == 200


def test_a_user_turned_on_again_goes_on(alice: Any) -> None:
    tokens = flow.tokens_for(alice)
    alice.is_active = False
    alice.save()
    flow.refresh(tokens["refresh_token"])
    alice.is_active = True
    alice.save()

    assert flow.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer   ", "Bearer unknown", "Bearer a b", "Bearer \x00", "Basic eDp5"],
)
def test_userinfo_refuses_whoever_has_no_valid_token(header: str) -> None:
    answer = flow.backend().get("/uc/oauth/userinfo", headers={"authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_userinfo_takes_no_token_from_the_address(alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]

    answer = flow.backend().get("/uc/oauth/userinfo", {"access_token": token})

    assert answer.status_code == 401


def test_userinfo_takes_a_token_from_a_form(alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]

    answer = flow.backend().post("/uc/oauth/userinfo", {"access_token": token})

    assert answer.json()["sub"] == alice.sub


def test_userinfo_lets_no_other_site_read_it(alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]

    answer = flow.backend().get(
        "/uc/oauth/userinfo",
        headers={"authorization": f"Bearer {token}", "origin": "https://elsewhere.example"},
    )

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_userinfo_wants_the_openid_scope(alice: Any) -> None:
    tokens = flow.exchange(flow.code_for(alice, scope="profile")).json()

    assert flow.userinfo(tokens["access_token"]).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "unknown"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": f"{flow.CALLBACK}/"},
        {"redirect_uri": "https://elsewhere.example/auth/oidc.callback"},
        {"state": "two\r\nlines"},
        {"state": "\x00"},
        {"nonce": "ü"},
    ],
)
def test_a_request_that_nobody_can_be_told_of_ends_at_a_page(
    alice: Any, changes: dict[str, str]
) -> None:
    answer = flow.authorize(flow.signed_in(alice), **changes)

    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token", "nonce": "n"}, "unsupported_response_type"),
        ({"response_type": "nonsense"}, "unsupported_response_type"),
        ({"code_challenge": flow.VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": flow.VERIFIER}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://other.example/request"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
def test_a_request_that_asks_for_too_much_is_told_so(
    alice: Any, changes: dict[str, str], error: str
) -> None:
    scope = "profile" if changes.get("response_type") == "token" else "openid"
    answer = flow.authorize(flow.signed_in(alice), **{"scope": scope, **changes})

    assert f"error={error}&" in answer.headers["Location"]
    assert "code=" not in answer.headers["Location"]


def test_a_client_that_is_registered_for_no_codes_gets_none(wiki: Any, alice: Any) -> None:
    wiki.response_types.clear()

    for scope in ("openid", "profile"):
        answer = flow.authorize(flow.signed_in(alice), scope=scope)
        assert "code=" not in answer.headers["Location"]


def test_a_code_bound_to_a_challenge_needs_its_verifier(alice: Any) -> None:
    def code() -> str:
        challenge = flow.challenge(flow.VERIFIER)
        return flow.code_for(alice, code_challenge=challenge, code_challenge_method="S256")

    assert flow.exchange(code(), code_verifier=flow.VERIFIER).status_code == 200
    assert flow.exchange(code()).json()["error"] == "invalid_grant"
    assert flow.exchange(code(), code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert flow.exchange(code(), code_verifier="ü" * 43).status_code == 400


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize("name", ["code", "refresh_token", "redirect_uri", "client_id", "scope"])
@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token", "password", ""])
def test_the_token_endpoint_refuses_garbage(name: str, grant: str) -> None:
    answer = flow.post_token(**{"grant_type": grant, "code": "x", name: "a\x00ü"})

    assert answer.status_code in {400, 401}
    assert "error" in answer.json()


@pytest.mark.usefixtures("wiki")
def test_prompt_none_without_a_session_is_answered_not_shown() -> None:
    answer = flow.authorize(flow.browser(), prompt="none")

    assert "error=login_required" in answer.headers["Location"]
