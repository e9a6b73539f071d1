"""How an answer goes back to the client, with a code or an error: by query, or by a form."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.staticfiles import finders

from oidc_server.provider.addresses import source
from tests.oidc_server import flow
from tests.oidc_server.defects import steps

STATE = "a&b=c d+e%20f#g?h\"'<script>"
ISSUER = f"{flow.WIKI}/uc/oauth"


def by_form(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200
    form = steps.forms(answer)[0]
    assert (form.method, form.action) == ("post", flow.CALLBACK)
    return form.fields


@pytest.mark.parametrize("mode", ["", "query", "form_post"])
def test_a_code_comes_with_issuer_and_state_as_it_was(alice: Any, mode: str) -> None:
    answer = flow.authorize(flow.signed_in(alice), state=STATE, response_mode=mode)

    told = by_form(answer) if mode == "form_post" else flow.parameters_of(answer)
    assert told.keys() == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == (STATE, ISSUER)
    assert flow.exchange(told["code"]).status_code == 200


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize("mode", ["", "query", "form_post"])
def test_an_error_comes_with_issuer_and_state_as_it_was(mode: str) -> None:
    answer = flow.authorize(flow.browser(), state=STATE, response_mode=mode, prompt="none")

    told = by_form(answer) if mode == "form_post" else flow.parameters_of(answer)
    assert told.keys() == {"error", "error_description", "state", "iss"}
    assert (told["state"], told["iss"]) == (STATE, ISSUER)
    assert told["error"] == "login_required"


def test_no_state_comes_back_when_none_was_sent(alice: Any) -> None:
    person = flow.signed_in(alice)

    assert flow.parameters_of(flow.authorize(person, state="")).keys() == {"code", "iss"}
    by_post = by_form(flow.authorize(person, state="", response_mode="form_post"))
    assert by_post.keys() == {"code", "iss"}


@pytest.mark.parametrize("changes", [{}, {"scope": "unknown"}], ids=["code", "error"])
def test_an_answer_joins_the_redirect_uris_own_query(
    wiki: Any, alice: Any, changes: dict[str, str]
) -> None:
    uri = f"{flow.CALLBACK}?tenant=a%26b&tenant=2&empty="
    wiki.redirect_uris = [uri]
    wiki.save()

    answer = flow.authorize(flow.signed_in(alice), redirect_uri=uri, **changes)

    assert answer.headers["Location"].startswith(f"{uri}&")
    query = parse_qsl(urlsplit(answer.headers["Location"]).query)
    assert [value for name, value in query if name == "tenant"] == ["a&b", "2"]


@pytest.mark.parametrize("mode", ["fragment", "web_message", "query.jwt"])
def test_another_response_mode_is_refused(alice: Any, mode: str) -> None:
    answer = flow.authorize(flow.signed_in(alice), response_mode=mode)

    assert flow.parameters_of(answer)["error"] == "invalid_request"


def test_the_form_is_sent_by_a_script_file_or_a_button(alice: Any) -> None:
    answer: Any = flow.authorize(flow.signed_in(alice), response_mode="form_post")

    page = answer.content.decode()
    assert '<script src="/uc/static/provider/form_post.js"></script>' in page
    assert finders.find("provider/form_post.js")
    assert page.count("<button") == page.count("<script") == 1


def test_the_form_may_end_at_its_client_and_is_kept_nowhere(alice: Any) -> None:
    flow.make_client("other", client_type="confidential", client_secret="secret")
    asked = {"client_id": "other", "redirect_uri": flow.ELSEWHERE, "response_mode": "form_post"}

    answer = flow.authorize(flow.signed_in(alice), **asked)

    policy = answer.headers["Content-Security-Policy"]
    assert "; form-action https://other.example 'self'; " in policy
    assert "script-src 'self';" in policy
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://other.example:8443/callback?a=b", "https://other.example:8443"),
        ("http://[::1]:8080/callback", "http:"),
        ("com.example.app:/callback", "com.example.app:"),
    ],
)
def test_a_policy_names_where_an_address_leads(uri: str, expected: str) -> None:
    assert source(uri) == expected


@pytest.mark.django_db
def test_discovery_tells_of_all_this() -> None:
    found = flow.browser().get(f"{steps.OAUTH}/.well-known/openid-configuration").json()

    assert found["response_modes_supported"] == ["query", "form_post"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["claims_parameter_supported"] is True
    assert found["acr_values_supported"] == ["1"]
    assert found["issuer"] == ISSUER
