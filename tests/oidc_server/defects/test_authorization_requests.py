"""What a client may ask for, and how: defect 11."""

import json
from typing import Any

import jwt
import pytest

from tests.oidc_server import flow
from tests.oidc_server.defects import steps
from tests.oidc_server.defects.conftest import Right

AUTHORIZE = f"{steps.OAUTH}/authorize"


def test_an_authorization_request_may_come_by_post(alice: Any, right: Right) -> None:
    person = flow.signed_in(alice)
    assert "code" in steps.told(person.get(AUTHORIZE, steps.REQUEST))

    answer = person.post(AUTHORIZE, steps.REQUEST)

    with right("11", "OpenID Connect Core, 3.1.2.1"):
        assert answer.status_code in {302, 303}
        assert answer.headers["Location"].startswith(f"{flow.CALLBACK}?")
        assert "code" in steps.told(answer)


def test_userinfo_takes_a_token_from_a_form(alice: Any, right: Right) -> None:
    token = flow.tokens_for(alice)["access_token"]
    assert flow.userinfo(token).status_code == 200

    answer = flow.backend().post("/uc/oauth/userinfo", {"access_token": token})

    with right("11", "RFC 6750, 2.2; OpenID Connect Core, 5.3.1"):
        assert answer.status_code == 200
        assert answer.json() == flow.userinfo(token).json()


@pytest.mark.parametrize("claim", ["name", "email"])
def test_a_claim_asked_for_as_essential_is_told(alice: Any, right: Right, claim: str) -> None:
    by_scope = flow.tokens_for(alice)["access_token"]
    value = flow.userinfo(by_scope).json()[claim]
    claims = json.dumps({"userinfo": {claim: {"essential": True}}})

    tokens = flow.exchange(flow.code_for(alice, scope="openid", claims=claims)).json()
    told = flow.userinfo(tokens["access_token"]).json()
    assert told["sub"]

    with right("11", "OpenID Connect Core, 5.5"):
        assert told.get(claim) == value, "it is not told"


def test_form_post_brings_the_code_by_a_form(alice: Any, right: Right) -> None:
    person = flow.signed_in(alice)
    assert "code" in steps.told(flow.authorize(person, response_mode="query"))

    answer: Any = flow.authorize(person, response_mode="form_post")

    with right("11", "OAuth 2.0 Form Post Response Mode, 2"):
        assert answer.status_code == 200
        form = steps.forms(answer)[0]
        assert (form.method, form.action) == ("post", flow.CALLBACK)
        assert form.fields["state"] == "a state"
        assert flow.exchange(form.fields["code"]).status_code == 200


def test_the_id_token_tells_the_acr_that_was_asked_for(alice: Any, right: Right) -> None:
    tokens = flow.exchange(flow.code_for(alice, acr_values="1")).json()
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert claims["sub"]

    with right("11", "OpenID Connect Core, 2 and 3.1.2.1"):
        assert isinstance(claims.get("acr"), str), "none is told"


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "https://elsewhere.example"}, {"client_id": "unknown"}],
    ids=["redirect_uri", "client_id"],
)
def test_a_request_of_nobody_known_ends_at_an_error(
    alice: Any, right: Right, changes: dict[str, str]
) -> None:
    answer = flow.authorize(flow.signed_in(alice), **changes)
    assert "Location" not in answer.headers

    with right("11", "RFC 6749, 4.1.2.1; RFC 9110, 15.5"):
        assert answer.status_code == 400
