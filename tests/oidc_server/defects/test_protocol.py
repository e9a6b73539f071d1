"""Where stock departs from the specifications."""

import time
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from tests.oidc_server import flow
from tests.oidc_server.defects import steps
from tests.oidc_server.defects.conftest import MakeClient, Right

NUMBER = "protocol"


def test_selecting_an_account_ends_at_the_client(alice: Any, right: Right) -> None:
    person = flow.signed_in(alice)
    asked: Any = flow.authorize(person, prompt="select_account")
    assert asked.headers["Location"].startswith(steps.LOGIN)

    chosen = steps.sign_in(person, asked.headers["Location"], alice.username)
    back = person.get(chosen.headers["Location"])

    with right(NUMBER, "OpenID Connect Core, 3.1.2.1"):
        assert "code" in steps.told(back), "to sign-in again"


def test_a_sign_in_too_old_is_told_where_nothing_may_be_shown(alice: Any, right: Right) -> None:
    person = flow.browser()
    steps.sign_in(person, steps.LOGIN, alice.username)
    assert "code" in steps.told(flow.authorize(person, prompt="none", max_age="3600"))

    time.sleep(1.1)  # sign-ins are known to the second
    answer = flow.authorize(person, prompt="none", max_age="0")

    with right(NUMBER, "OpenID Connect Core, 3.1.2.1 and 3.1.2.6"):
        assert answer.headers["Location"].startswith(f"{flow.CALLBACK}?"), "to sign-in"
        assert steps.told(answer)["error"] == "login_required"


def test_an_error_joins_the_redirect_uris_own_query(make_client: MakeClient, right: Right) -> None:
    uri = f"{flow.CALLBACK}?tenant=1"
    make_client("tenant", "secret-of-tenant", _redirect_uris=uri)

    answer = flow.authorize(flow.browser(), client_id="tenant", redirect_uri=uri, prompt="none")
    assert "login_required" in answer.headers["Location"]
    query = parse_qs(urlsplit(answer.headers["Location"]).query)

    with right(NUMBER, "RFC 6749, 3.1.2 and 4.1.2.1"):
        assert query["tenant"] == ["1"], "by a second question mark"
        assert query["error"] == ["login_required"]


@pytest.mark.parametrize(
    ("secret", "sent", "source"),
    [
        ("se:cret", "se:cret", "RFC 7617, 2"),
        ("s e+c%r/et:", quote_plus("s e+c%r/et:"), "RFC 6749, 2.3.1"),
    ],
    ids=["colon", "encoded"],
)
def test_basic_takes_any_secret(
    alice: Any, make_client: MakeClient, right: Right, secret: str, sent: str, source: str
) -> None:
    make_client("basic", secret)
    code = flow.code_for(alice, client_id="basic")
    by_form = flow.exchange(code, client_id="basic", client_secret=secret)
    assert by_form.status_code == 200

    code = flow.code_for(alice, client_id="basic")
    answer = steps.post_with_basic(f"basic:{sent}", code=code)

    with right(NUMBER, source):
        assert answer.status_code == 200


def test_a_client_that_fails_to_authenticate_is_challenged(alice: Any, right: Right) -> None:
    answer = steps.post_with_basic(f"{flow.CLIENT_ID}:wrong", code=flow.code_for(alice))
    assert answer.json()["error"] == "invalid_client"

    with right(NUMBER, "RFC 6749, 5.2"):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.usefixtures("provider")
def test_userinfos_challenge_is_a_bearers(right: Right) -> None:
    answer = flow.userinfo("unknown")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]

    with right(NUMBER, "RFC 6750, 3"):
        assert answer.headers["WWW-Authenticate"].startswith("Bearer "), "no scheme"


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("name", "values", "source"),
    [
        ("scopes_supported", {"openid", "profile", "email"}, "OpenID Connect Discovery, 3"),
        ("claims_supported", {"sub", "name", "email"}, "OpenID Connect Discovery, 3"),
        ("grant_types_supported", {"authorization_code", "refresh_token"}, "RFC 8414, 2"),
        ("code_challenge_methods_supported", {"S256"}, "RFC 8414, 2"),
    ],
    ids=["scopes", "claims", "grant_types", "code_challenge_methods"],
)
def test_discovery_tells_its(right: Right, name: str, values: set[str], source: str) -> None:
    found = flow.browser().get(f"{steps.OAUTH}/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{flow.WIKI}{steps.OAUTH}"

    with right(NUMBER, source):
        assert values <= set(found.get(name, [])), "it does not"
