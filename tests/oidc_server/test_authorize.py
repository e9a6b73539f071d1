"""What comes between an authorization request and its answer: sign-in, consent, or nothing."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from tests.oidc_server import flow
from tests.oidc_server.defects import steps

AUTHORIZE, CONSENT = "/uc/oauth/authorize", "/uc/oauth/consent"


def signed_in_by_password(user: Any) -> Client:
    person = flow.browser()
    steps.sign_in(person, steps.LOGIN, user.username)
    return person


def id_token(user: Any, **changes: str) -> dict[str, Any]:
    token = flow.exchange(flow.code_for(user, **changes)).json()["id_token"]
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def error_of(answer: Any) -> str:
    return flow.parameters_of(answer).get("error", "none")


def where(answer: Any) -> str:
    path: str = urlsplit(answer.headers["Location"]).path
    return path


# By POST


def test_a_request_by_post_needs_no_csrf_token(alice: Any) -> None:
    answer = flow.signed_in(alice).post(AUTHORIZE, steps.REQUEST)

    assert flow.parameters_of(answer).keys() == {"code", "state", "iss"}


def test_a_request_by_post_gives_no_consent(alice: Any) -> None:
    form = {**steps.REQUEST, "prompt": "consent", "allow": "yes"}

    answer = flow.signed_in(alice).post(AUTHORIZE, form)

    assert (answer.status_code, len(steps.forms(answer))) == (200, 1)


@pytest.mark.usefixtures("wiki")
def test_a_request_by_post_without_a_session_is_sent_again_by_get() -> None:
    visitor, form = flow.browser(), {**steps.REQUEST, "claims": '{"userinfo": {"ü": null}}'}

    again = visitor.post(AUTHORIZE, {**form, "unknown": "1"})

    assert where(again) == AUTHORIZE
    assert dict(parse_qsl(urlsplit(again.headers["Location"]).query)) == form
    assert where(visitor.get(again.headers["Location"])) == steps.LOGIN


# Consent


def consent_page(user: Any, **changes: str) -> tuple[Client, Any]:
    person = flow.signed_in(user)
    return person, flow.authorize(person, prompt="consent", **changes)


def test_consent_can_be_given_or_refused(alice: Any) -> None:
    person, page = consent_page(alice)

    given = steps.submit(person, "", page, allow="yes")
    refused = steps.submit(person, "", page)

    assert steps.forms(page)[0].action == CONSENT
    assert flow.exchange(flow.parameters_of(given)["code"]).status_code == 200
    assert error_of(refused) == "access_denied"
    assert flow.parameters_of(refused)["state"] == "a state"


def test_consent_takes_the_csrf_token_of_its_page(alice: Any) -> None:
    person, page = consent_page(alice)
    form = {**steps.forms(page)[0].fields, "allow": "yes"}

    assert person.post(CONSENT, {**form, "csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert person.post(CONSENT, {**steps.REQUEST, "allow": "yes"}).status_code == 403
    assert person.get(CONSENT, form).status_code == 405


def test_consent_is_given_to_all_that_was_asked_for(alice: Any) -> None:
    claims = json.dumps({"id_token": {"email": None}})
    asked = {**steps.PKCE, "nonce": "a nonce", "claims": claims, "response_mode": "form_post"}
    person, page = consent_page(alice, scope="openid", **asked)

    answer = steps.submit(person, "", page, allow="yes")
    code = steps.forms(answer)[0].fields["code"]
    tokens = flow.exchange(code, code_verifier=flow.VERIFIER).json()

    told = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (told["nonce"], told["email"]) == ("a nonce", alice.email)


def test_consent_names_what_is_asked_for_by_claims(alice: Any) -> None:
    claims = json.dumps({"userinfo": {"email": None}})

    _, by_scope = consent_page(alice, scope="openid")
    _, by_claim = consent_page(alice, scope="openid", claims=claims)

    assert [scope["scope"] for scope in by_scope.context["scopes"]] == []
    assert [scope["scope"] for scope in by_claim.context["scopes"]] == ["email"]


def test_consent_to_a_scope_is_none_to_more_claims(wiki: Any, alice: Any) -> None:
    wiki.require_consent = True
    wiki.save()
    person = flow.signed_in(alice)
    steps.submit(person, "", flow.authorize(person, scope="openid"), allow="yes")
    claims = json.dumps({"userinfo": {"email": None}})

    assert "code" in flow.parameters_of(flow.authorize(person, scope="openid"))
    more: Any = flow.authorize(person, scope="openid", claims=claims)
    assert steps.forms(more)[0].action == CONSENT
    silent = flow.authorize(person, scope="openid", claims=claims, prompt="none")
    assert error_of(silent) == "consent_required"


def test_whoever_lost_their_session_at_the_consent_page_signs_in_again(alice: Any) -> None:
    person, page = consent_page(alice)
    person.cookies.pop("wiki_oidc_session")

    to_login = steps.submit(person, "", page, allow="yes")
    chosen = steps.sign_in(person, to_login.headers["Location"], alice.username)

    assert where(to_login) == steps.LOGIN
    assert steps.forms(person.get(chosen.headers["Location"]))[0].action == CONSENT


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_consent_for_nobody_known_ends_at_a_page(alice: Any, name: str) -> None:
    person, page = consent_page(alice)

    answer = steps.submit(person, "", page, allow="yes", **{name: "https://elsewhere.example"})

    assert answer.status_code == 400


def test_the_consent_page_lets_its_form_end_at_the_client(alice: Any) -> None:
    flow.make_client("other")
    asked = {"client_id": "other", "redirect_uri": flow.ELSEWHERE, **steps.PKCE}

    page: Any = flow.authorize(flow.signed_in(alice), **asked)

    policy = page.headers["Content-Security-Policy"]
    assert "; form-action https://other.example 'self'; " in policy


# Sign-in


@pytest.mark.parametrize(
    "changes", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}], ids=str
)
def test_a_sign_in_that_was_asked_for_is_asked_for_once(alice: Any, changes: Any) -> None:
    person, bob = signed_in_by_password(alice), flow.make_user("bob")

    to_login = flow.authorize(person, **changes)
    still = steps.is_signed_in(person)
    chosen = steps.sign_in(person, to_login.headers["Location"], "bob")
    back = person.get(chosen.headers["Location"])

    assert where(to_login) == steps.LOGIN
    assert not still
    tokens = flow.exchange(flow.parameters_of(back)["code"]).json()
    assert flow.userinfo(tokens["access_token"]).json()["sub"] == bob.sub


@pytest.mark.parametrize("changes", [{"prompt": "none login"}, {"prompt": "none", "max_age": "0"}])
def test_no_sign_in_is_shown_where_nothing_may_be(alice: Any, changes: dict[str, str]) -> None:
    person = flow.signed_in(alice)

    answer = flow.authorize(person, **changes)

    assert error_of(answer) == "login_required"
    assert steps.is_signed_in(person)


def test_a_sign_in_on_another_device_makes_this_one_no_younger(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, began = signed_in_by_password(alice), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: began + timedelta(hours=2))
    signed_in_by_password(alice)

    answer = flow.authorize(here, prompt="none", max_age="3600")
    code = flow.parameters_of(flow.authorize(here, max_age="9000"))["code"]

    assert error_of(answer) == "login_required"
    claims = jwt.decode(flow.exchange(code).json()["id_token"], options={"verify_signature": False})
    assert abs(claims["auth_time"] - began.timestamp()) < 60


@pytest.mark.parametrize("max_age", ["-1", "1.5", "1" * 11, "9" * 5000, "soon"])
def test_an_age_is_a_number_of_seconds(alice: Any, max_age: str) -> None:
    assert error_of(flow.authorize(flow.signed_in(alice), max_age=max_age)) == "invalid_request"


# Whom the client means


def test_a_hint_at_the_user_is_met(alice: Any) -> None:
    hint = flow.tokens_for(alice)["id_token"]

    answer = flow.authorize(flow.signed_in(alice), id_token_hint=hint, prompt="none")

    assert "code" in flow.parameters_of(answer)


def test_a_hint_at_nobody_here_is_not_met(alice: Any) -> None:
    of_bob = flow.tokens_for(flow.make_user("bob"))["id_token"]
    person = flow.signed_in(alice)

    for hint in (of_bob, flow.unsigned(flow.tokens_for(alice)["id_token"]), "garbage"):
        assert error_of(flow.authorize(person, id_token_hint=hint)) == "login_required"


@pytest.mark.parametrize("place", ["id_token", "userinfo"])
@pytest.mark.parametrize("kind", ["value", "values"])
def test_a_subject_that_is_asked_for_is_the_only_one_told(
    alice: Any, place: str, kind: str
) -> None:
    def answer(subject: str) -> Any:
        wanted = subject if kind == "value" else [subject]
        claims = json.dumps({place: {"sub": {kind: wanted}}})
        return flow.authorize(flow.signed_in(alice), claims=claims)

    assert "code" in flow.parameters_of(answer(alice.sub))
    assert error_of(answer("somebody else")) == "login_required"


# Claims


def test_claims_are_told_where_they_were_asked_for(alice: Any) -> None:
    claims = json.dumps({"id_token": {"email": None}, "userinfo": {"name": {"essential": True}}})

    tokens = flow.exchange(flow.code_for(alice, scope="openid", claims=claims)).json()
    in_id_token = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    at_userinfo = flow.userinfo(tokens["access_token"]).json()

    assert in_id_token["email"] == alice.email
    assert "name" not in in_id_token
    assert at_userinfo == {"sub": alice.sub, "name": "Alice Example"}
    assert tokens["scope"] == "openid"


def test_claims_are_told_after_a_refresh_too(alice: Any) -> None:
    claims = json.dumps({"id_token": {"email": None}, "userinfo": {"name": None}})
    first = flow.exchange(flow.code_for(alice, scope="openid", claims=claims)).json()

    second = flow.refresh(first["refresh_token"]).json()

    told = jwt.decode(second["id_token"], options={"verify_signature": False})
    assert told["email"] == alice.email
    assert flow.userinfo(second["access_token"]).json()["name"] == "Alice Example"


def test_claims_that_are_not_known_are_left_out(alice: Any) -> None:
    claims = json.dumps(
        {
            "userinfo": {"password": {"essential": True}, "name#ja": None, "values": None},
            "id_token": {"iss": {"value": "https://elsewhere.example"}},
            "elsewhere": [],
        }
    )

    told = id_token(alice, claims=claims)

    assert told["iss"] == f"{flow.WIKI}/uc/oauth"
    assert "password" not in told


@pytest.mark.parametrize(
    "claims",
    [
        "not json",
        "[]",
        '{"userinfo": []}',
        '{"userinfo": null}',
        '{"userinfo": {"email": true}}',
        '{"id_token": {"acr": {"values": "1"}}}',
        "[" * 3000,
        "1" * 5000,
    ],
)
def test_claims_have_the_form_that_the_standard_gives_them(alice: Any, claims: str) -> None:
    assert error_of(flow.authorize(flow.signed_in(alice), claims=claims)) == "invalid_request"


@pytest.mark.parametrize("acr_values", ["", "1", "2 1", "urn:gold"])
def test_the_id_token_tells_how_far_the_user_is_known(alice: Any, acr_values: str) -> None:
    assert id_token(alice, acr_values=acr_values)["acr"] == "1"


@pytest.mark.parametrize(
    ("acr", "error"),
    [
        ({"essential": True, "values": ["1", "2"]}, "none"),
        ({"essential": True, "value": "1"}, "none"),
        ({"essential": True}, "none"),
        ({"values": ["2"]}, "none"),
        ({"essential": True, "values": ["2"]}, "unmet_authentication_requirements"),
        ({"essential": True, "value": "2"}, "unmet_authentication_requirements"),
    ],
)
def test_an_essential_acr_has_to_be_met(alice: Any, acr: dict[str, Any], error: str) -> None:
    claims = json.dumps({"id_token": {"acr": acr}})

    assert error_of(flow.authorize(flow.signed_in(alice), claims=claims)) == error


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "claims"])
def test_a_parameter_comes_once(alice: Any, name: str) -> None:
    asked = {**steps.REQUEST, name: ["openid", "openid"]}

    assert error_of(flow.signed_in(alice).get(AUTHORIZE, asked)) == "invalid_request"
