"""Signing out from the wiki: OpenID Connect RP-Initiated Logout 1.0."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.oidc_server import flow

UNVERIFIED = "The request to sign out could not be verified."
ADDRESS = "The application asked to go back to an address that isn't registered."


def end_session(client: Client, **parameters: str) -> Any:
    return client.get("/uc/oauth/end-session", parameters)


def asks(answer: Any) -> bool:
    return 'name="allow" value="yes"' in answer.content.decode()


def problem(answer: Any) -> str | None:
    found = re.search('<p class="error" role="alert">(.*)</p>', answer.content.decode())
    return unescape(found[1]) if found else None


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

    assert "Location" not in answer.headers
    assert (answer.status_code, problem(answer)) == ((400, ADDRESS) if uri else (200, None))
    assert not is_signed_in(person)


@pytest.mark.parametrize("hint", ["", "garbage", "a.b.c", "e30.e30.", "\x00", "ü"])
def test_without_a_hint_that_proves_anything_the_user_is_asked(alice: Any, hint: str) -> None:
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(alice, id_token_hint=hint))

    assert asks(answer)
    assert is_signed_in(person)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"id_token_hint": "garbage"}, UNVERIFIED),
        ({"id_token_hint": "garbage", "client_id": ""}, UNVERIFIED),
        ({"id_token_hint": "", "client_id": ""}, ADDRESS),
        ({"id_token_hint": "", "post_logout_redirect_uri": "https://elsewhere.example"}, ADDRESS),
        ({"client_id": "other"}, UNVERIFIED),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_request_is_told_who_is_asked(
    alice: Any, wrong: dict[str, str], told: str
) -> None:
    answer = end_session(flow.signed_in(alice), **outlines(alice, **wrong))

    assert asks(answer)
    assert (answer.status_code, problem(answer)) == (400, told)


def test_a_forged_hint_signs_nobody_out(alice: Any) -> None:
    person, token = flow.signed_in(alice), flow.tokens_for(alice)["id_token"]

    for forged in (flow.unsigned(token), f"{token[:-8]}AAAAAAAA"):
        end_session(person, **outlines(alice, id_token_hint=forged))

    assert is_signed_in(person)


def test_another_users_hint_signs_nobody_out_unasked(alice: Any) -> None:
    bob = flow.make_user("bob")
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(bob))

    assert asks(answer)
    assert is_signed_in(person)


def test_a_hint_of_another_client_than_named_is_not_believed(alice: Any) -> None:
    person = flow.signed_in(alice)

    answer = end_session(person, **outlines(alice, client_id="other"))

    assert asks(answer)
    assert is_signed_in(person)


def test_who_agrees_when_asked_is_signed_out_and_goes_back_to_the_wiki(alice: Any) -> None:
    person = flow.signed_in(alice)
    page = end_session(person, client_id=flow.CLIENT_ID, post_logout_redirect_uri=flow.WIKI)
    form = {**page.context["asked"].parameters, "csrfmiddlewaretoken": page.context["csrf_token"]}

    answer = person.post("/uc/oauth/end-session-prompt", {**form, "allow": "yes"})

    assert answer.headers["Location"] == flow.WIKI
    assert not is_signed_in(person)


def test_who_is_asked_about_anothers_hint_goes_back_to_its_client(alice: Any) -> None:
    person, bob = flow.signed_in(alice), flow.make_user("bob")
    page = end_session(person, **outlines(bob, client_id=""))
    form = {**page.context["asked"].parameters, "csrfmiddlewaretoken": page.context["csrf_token"]}

    answer = person.post("/uc/oauth/end-session-prompt", {**form, "allow": "yes"})

    assert answer.headers["Location"] == flow.WIKI


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

    page = end_session(person, client_id="other", post_logout_redirect_uri=uri)

    assert f"; form-action {targets};" in page.headers["Content-Security-Policy"]


def test_who_disagrees_when_asked_stays_signed_in(alice: Any) -> None:
    person = flow.signed_in(alice)
    page = end_session(person)

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
