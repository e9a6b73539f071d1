"""What stock answers by 500."""

from typing import Any

import jwt
import pytest
from oidc_provider.models import RSAKey

from tests.oidc_server import flow
from tests.oidc_server.defects import steps
from tests.oidc_server.defects.conftest import MakeClient, Right

NUMBER = "500"
NUL = "a\0b"


@pytest.mark.usefixtures("provider")
def test_a_form_without_a_session_leads_to_sign_in(right: Right) -> None:
    visitor = flow.browser()
    form = {**steps.REQUEST, "csrfmiddlewaretoken": steps.csrf_token(visitor), "allow": "yes"}
    assert flow.authorize(visitor).headers["Location"].startswith(steps.LOGIN)

    answer = visitor.post(f"{steps.OAUTH}/authorize", form)
    if answer.headers.get("Location", "").startswith(f"{steps.OAUTH}/authorize?"):
        answer = visitor.get(answer.headers["Location"])  # the same by GET

    with right(NUMBER, "OpenID Connect Core, 3.1.2.3"):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(steps.LOGIN)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_form_for_nobody_known_ends_at_an_error(alice: Any, right: Right, name: str) -> None:
    person = flow.signed_in(alice)
    form = {**steps.REQUEST, "csrfmiddlewaretoken": steps.csrf_token(person), "allow": "yes"}
    assert "code" in steps.told(person.post(f"{steps.OAUTH}/authorize", form))

    answer = person.post(f"{steps.OAUTH}/authorize", {**form, name: "https://elsewhere.example"})

    with right(NUMBER, "RFC 6749, 4.1.2.1"):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize("hint", ["garbage", "a.b.c"])
def test_a_garbage_hint_is_no_hint(alice: Any, right: Right, hint: str) -> None:
    person = flow.signed_in(alice)
    asked = {"post_logout_redirect_uri": flow.WIKI}
    assert steps.forms(steps.ask_to_log_out(person, **asked))

    answer = steps.ask_to_log_out(person, **asked, id_token_hint=hint)

    with right(NUMBER, "RP-Initiated Logout, 2 and 4"):
        assert answer.status_code in {200, 400}
        assert steps.forms(answer)
        assert steps.is_signed_in(person)


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("header", ["Bearer  ", "Bearer    "], ids=["two spaces", "four spaces"])
def test_a_bearer_of_spaces_is_refused(right: Right, header: str) -> None:
    assert flow.userinfo("unknown").status_code == 401

    answer = flow.backend().get("/uc/oauth/userinfo", headers={"authorization": header})

    with right(NUMBER, "RFC 6750, 3"):
        assert answer.status_code == 401


def test_a_verifier_that_is_not_ascii_is_refused(alice: Any, right: Right) -> None:
    wrong = flow.exchange(flow.code_for(alice, **steps.PKCE), code_verifier="w" * 43)
    assert wrong.json()["error"] == "invalid_grant"

    answer = flow.exchange(flow.code_for(alice, **steps.PKCE), code_verifier="ü" * 43)

    with right(NUMBER, "RFC 7636, 4.1 and 4.6"):
        assert answer.status_code == 400
        assert answer.json()["error"] in {"invalid_grant", "invalid_request"}


def test_a_token_of_nobody_is_refused_at_userinfo(make_client: MakeClient, right: Right) -> None:
    client = {"client_id": "machine", "client_secret": "secret-of-machine"}
    make_client(*client.values(), _scope="openid")

    granted = flow.post_token(grant_type="client_credentials", scope="openid", **client)
    assert granted.status_code in {200, 400}
    token = granted.json().get("access_token", "none was granted")

    with right(NUMBER, "RFC 6750, 3.1"):
        assert flow.userinfo(token).status_code in {401, 403}


def test_no_id_token_is_signed_with_an_empty_secret(
    alice: Any, make_client: MakeClient, right: Right
) -> None:
    person, client = flow.signed_in(alice), {"client_id": "weak", "client_secret": ""}
    make_client(*client.values(), client_type="public", jwt_alg="HS256")

    answer = steps.authorize(person, client_id="weak", **steps.PKCE)
    assert answer.status_code in {302, 400}
    if code := steps.told(answer).get("code"):
        answer = flow.exchange(code, code_verifier=flow.VERIFIER, **client)

    with right(NUMBER, "OpenID Connect Core, 10.1"):
        assert answer.status_code in {200, 302, 400, 401}
        if answer.status_code == 200:
            assert jwt.get_unverified_header(answer.json()["id_token"])["alg"] == "RS256"


def test_a_provider_without_a_key_makes_one_or_is_not_available(alice: Any, right: Right) -> None:
    code = flow.code_for(alice)
    assert flow.exchange(flow.code_for(alice)).status_code == 200

    RSAKey.objects.all().delete()
    answer = flow.exchange(code)

    with right(NUMBER, "RFC 9110, 15.6.4"):
        assert answer.status_code in {200, 503}


@pytest.mark.usefixtures("provider")
def test_nul_is_refused_in_a_refresh_token(right: Right) -> None:
    assert flow.refresh("unknown").status_code == 400

    answer = flow.refresh(NUL)

    with right(NUMBER, "RFC 6749, 5.2 and A.17"):
        assert answer.status_code == 400
        assert answer.json()["error"] in {"invalid_grant", "invalid_request"}


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("place", ["header", "query"])
def test_nul_is_refused_at_userinfo(right: Right, place: str) -> None:
    assert flow.userinfo("unknown").status_code == 401

    if place == "header":
        answer = flow.userinfo(NUL)
    else:
        answer = flow.backend().get("/uc/oauth/userinfo", {"access_token": NUL})

    with right(NUMBER, "RFC 6750, 3.1"):
        assert answer.status_code == 401


@pytest.mark.usefixtures("provider")
def test_a_token_with_nul_is_not_active(right: Right) -> None:
    client = {"client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}
    assert steps.introspect("unknown", **client).json() == {"active": False}

    answer = steps.introspect(NUL, **client)

    with right(NUMBER, "RFC 7662, 2.2"):
        assert answer.status_code == 200
        assert answer.json() == {"active": False}


@pytest.mark.parametrize("place", ["hint", "client_id"])
def test_nul_ends_no_session(alice: Any, right: Right, place: str) -> None:
    person = flow.signed_in(alice)
    if place == "hint":
        hint = flow.unsigned(jwt.encode({"aud": NUL, "sub": "1"}, "k" * 32, "HS256"))
        answer = person.get(f"{steps.OAUTH}/end-session", {"id_token_hint": hint})
    else:
        answer = person.get(f"{steps.OAUTH}/end-session-prompt", {"client_id": NUL})
    assert steps.is_signed_in(person)

    with right(NUMBER, "RP-Initiated Logout, 2 and 4"):
        assert answer.status_code in {200, 302, 400, 405}
        assert not answer.headers.get("Location", "").startswith(flow.WIKI)
