"""OpenID Connect RP-Initiated Logout 1.0: the defects 7 and 10.

That tokens outlive a logout is none: Outline keeps one set for all devices of a user, and ending it
would sign out the others (test_end_session.py).
"""

from typing import Any

import jwt
import pytest
from django.test import Client

from tests.oidc_server import flow
from tests.oidc_server.defects import keys, steps
from tests.oidc_server.defects.conftest import Right

SPECIFICATION = "RP-Initiated Logout"


def of_another_key(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.encode(claims, keys.pem("forger's"), "RS256", headers={"kid": kid})


def with_another_signature(token: str) -> str:
    content, _, _signature = token.rpartition(".")
    return f"{content}.{'A' * 342}"


@pytest.mark.parametrize(
    ("number", "forged"),
    [("7", of_another_key), ("10", flow.unsigned), ("10", with_another_signature)],
    ids=["another key", "no signature", "another signature"],
)
def test_a_forged_hint_signs_nobody_out(alice: Any, right: Right, number: str, forged: Any) -> None:
    hint = flow.tokens_for(alice)["id_token"]
    going, staying = flow.signed_in(alice), flow.signed_in(alice)
    going.get(f"{steps.OAUTH}/end-session", {"id_token_hint": hint})
    assert not steps.is_signed_in(going)

    staying.get(f"{steps.OAUTH}/end-session", {"id_token_hint": forged(hint)})

    with right(number, f"{SPECIFICATION}, 2"):
        assert steps.is_signed_in(staying), "signed out"


def test_a_client_id_without_a_hint_is_enough_to_come_back(alice: Any, right: Right) -> None:
    person = flow.signed_in(alice)

    answer = steps.log_out(
        person, client_id=flow.CLIENT_ID, post_logout_redirect_uri=flow.WIKI, state="s"
    )
    assert not steps.is_signed_in(person)

    with right("7", f"{SPECIFICATION}, 2 and 3"):
        assert answer.headers.get("Location") == f"{flow.WIKI}?state=s", "to a page that ends there"


@pytest.mark.parametrize("uri", ["", "https://elsewhere.example"], ids=["none", "unregistered"])
def test_a_logout_goes_nowhere_but_to_what_was_asked_for(
    alice: Any, right: Right, uri: str
) -> None:
    hint = flow.tokens_for(alice)["id_token"]
    asked = {"id_token_hint": hint}
    back = steps.log_out(flow.signed_in(alice), **asked, post_logout_redirect_uri=flow.WIKI)
    assert back.headers["Location"] == flow.WIKI

    person: Client = flow.signed_in(alice)
    answer = steps.log_out(person, **asked, **({"post_logout_redirect_uri": uri} if uri else {}))
    assert not steps.is_signed_in(person)

    with right("10", f"{SPECIFICATION}, 2 and 3"):
        assert answer.status_code == (400 if uri else 200)
        assert "Location" not in answer.headers
