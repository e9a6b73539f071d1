"""Signing out from the wiki: OpenID Connect RP-Initiated Logout 1.0."""

from typing import Any

import pytest
from django.test import Client

from tests.oidc_server import flow


def end_session(client: Client, **parameters: str) -> Any:
    return client.get("/uc/oauth/end-session", parameters)


def is_signed_in(client: Client) -> bool:
    return client.get("/uc/").status_code == 200


def outlines(user: Any, **changes: str) -> dict[str, str]:
    """What Outline 1.9.2 sends."""
    parameters = {
        "id_token_hint": flow.tokens_for(user)["id_token"],
        "client_id": flow.CLIENT_ID,
        "post_logout_redirect_uri": flow.WIKI,
        **changes,
    }
    return {name: value for name, value in parameters.items() if value}


def test_outlines_logout_ends_the_session_and_goes_back_to_the_wiki(alice: Any) -> None:
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(alice))

    assert answer.headers["Location"] == flow.WIKI
    assert not is_signed_in(person)


def test_the_state_comes_back_escaped(alice: Any) -> None:
    answer = end_session(flow.signed_in(alice), **outlines(alice, state="a&b=c"))

    assert answer.headers["Location"] == f"{flow.WIKI}?state=a%26b%3Dc"


def test_a_logout_leaves_the_tokens_of_other_devices(alice: Any) -> None:
    elsewhere = flow.tokens_for(alice)

    end_session(flow.signed_in(alice), **outlines(alice))

    assert flow.refresh(elsewhere["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "uri", [f"{flow.WIKI}/", f"{flow.WIKI}/elsewhere", "https://elsewhere.example", ""]
)
def test_nothing_unregistered_or_not_asked_for_is_gone_to(alice: Any, uri: str) -> None:
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(alice, post_logout_redirect_uri=uri))

    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert not is_signed_in(person)


@pytest.mark.parametrize("hint", ["", "garbage", "a.b.c", "e30.e30.", "\x00", "ü"])
def test_without_a_hint_that_proves_anything_the_user_is_asked(alice: Any, hint: str) -> None:
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(alice, id_token_hint=hint))

    assert answer.headers["Location"].startswith("/uc/oauth/end-session-prompt")
    assert is_signed_in(person)


def test_a_forged_hint_signs_nobody_out(alice: Any) -> None:
    person, token = flow.signed_in(alice), flow.tokens_for(alice)["id_token"]

    for forged in (flow.unsigned(token), f"{token[:-8]}AAAAAAAA"):
        end_session(person, **outlines(alice, id_token_hint=forged))

    assert is_signed_in(person)


def test_another_users_hint_signs_nobody_out_unasked(alice: Any) -> None:
    bob = flow.make_user("bob")
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(bob))

    assert "end-session-prompt" in answer.headers["Location"]
    assert is_signed_in(person)


def test_a_hint_of_another_client_than_named_is_not_believed(alice: Any) -> None:
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(alice, client_id="other"))

    assert answer.headers["Location"] == "/uc/oauth/end-session-prompt?"
    assert is_signed_in(person)


def test_who_agrees_when_asked_is_signed_out_and_goes_back_to_the_wiki(alice: Any) -> None:
    person = flow.signed_in(alice)
    asked = end_session(person, client_id=flow.CLIENT_ID, post_logout_redirect_uri=flow.WIKI)
    page = person.get(asked.headers["Location"])
    form = {**page.context["parameters"], "csrfmiddlewaretoken": page.context["csrf_token"]}

    answer = person.post("/uc/oauth/end-session-prompt", {**form, "allow": "yes"})

    assert answer.headers["Location"] == flow.WIKI
    assert not is_signed_in(person)


@pytest.mark.parametrize(
    ("uri", "targets"),
    [
        ("https://other.example/", "https://other.example 'self'"),
        ("https://evil.example/", "'self'"),
    ],
)
def test_who_agrees_may_be_taken_back_to_a_registered_address(
    alice: Any, uri: str, targets: str
) -> None:
    flow.make_client("other", _post_logout_redirect_uris="https://other.example/")
    person = flow.signed_in(alice)
    asked = end_session(person, client_id="other", post_logout_redirect_uri=uri)

    page = person.get(asked.headers["Location"])

    assert f"; form-action {targets};" in page.headers["Content-Security-Policy"]


def test_who_disagrees_when_asked_stays_signed_in(alice: Any) -> None:
    person = flow.signed_in(alice)
    page = person.get(end_session(person).headers["Location"])

    answer = person.post(
        "/uc/oauth/end-session-prompt", {"csrfmiddlewaretoken": page.context["csrf_token"]}
    )

    assert answer.headers["Location"] == "/uc/"
    assert is_signed_in(person)


def test_the_answer_of_another_site_does_not_count(alice: Any) -> None:
    person = flow.signed_in(alice)

    answer = person.post("/uc/oauth/end-session-prompt", {"allow": "yes"})

    assert answer.status_code == 403
    assert is_signed_in(person)


@pytest.mark.usefixtures("wiki")
def test_without_a_session_nobody_is_asked() -> None:
    back = end_session(flow.browser(), client_id=flow.CLIENT_ID, post_logout_redirect_uri=flow.WIKI)
    nowhere = end_session(flow.browser())

    assert back.headers["Location"] == flow.WIKI
    assert nowhere.status_code == 200


def test_a_request_by_post_is_understood(alice: Any) -> None:
    person = flow.signed_in(alice)

    answer = person.post("/uc/oauth/end-session", outlines(alice))

    assert answer.headers["Location"] == flow.WIKI
    assert not is_signed_in(person)
