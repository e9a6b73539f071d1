"""What the OpenID Foundation's conformance suite looks at, module by module.

Its plans for Basic OP, Config OP, Form Post OP and RP-Initiated Logout OP: each test is named for
the module, whose name begins with `oidcc-`, and docs/conformance.md lists them.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from django.test import Client

from tests.oidc_server import flow

ISSUER = f"{flow.WIKI}/uc/oauth"
MODES = {"default": "", "form_post": "form_post"}


@pytest.fixture(params=list(MODES.values()), ids=list(MODES))
def ask(request: pytest.FixtureRequest) -> Callable[..., dict[str, str]]:
    """Sends an authorization request in one of the two plans' response modes; the answer."""

    def asked(browser: Client, **changes: str) -> dict[str, str]:
        page = flow.authorize(browser, response_mode=request.param, **changes)
        return answer_of(page, request.param)

    return asked


def answer_of(page: Any, mode: str) -> dict[str, str]:
    if mode != "form_post":
        return flow.parameters_of(page)
    assert page.status_code == 200
    assert f'method="post" action="{flow.CALLBACK}"' in page.content.decode()
    fields = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode()
    )
    return {name: unescape(value) for name, value in fields}


@dataclass(frozen=True)
class SignedIn:
    """What a client knows after a sign-in; the ID token's claims are verified."""

    tokens: dict[str, Any]
    claims: dict[str, Any]

    def userinfo(self) -> dict[str, Any]:
        answer: dict[str, Any] = flow.userinfo(self.tokens["access_token"]).json()
        return answer


def redeem(answer: dict[str, str], **changes: str) -> SignedIn:
    assert answer["state"] == "a state"
    assert answer["iss"] == ISSUER
    response = flow.exchange(answer["code"], **changes)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    tokens = response.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] > 0
    return SignedIn(tokens, verified(tokens["id_token"]))


def verified(id_token: str) -> dict[str, Any]:
    """OpenID Connect Core 1.0, section 3.1.3.7."""
    keys = jwt.PyJWKSet.from_dict(flow.backend().get("/uc/oauth/jwks").json())
    key = keys[jwt.get_unverified_header(id_token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        id_token, key, algorithms=["RS256"], audience=flow.CLIENT_ID, issuer=ISSUER
    )
    assert claims["sub"].isascii()
    assert len(claims["sub"]) <= 255
    return claims


def sign_in_again(browser: Client, page: Any) -> Any:
    """Fills in the sign-in page that a request was sent to; where the browser is sent on to."""
    address = page.headers["Location"]
    assert address.startswith("/uc/accounts/login/")
    shown = browser.get(address)
    answer = browser.post(
        address,
        {
            "username": "alice",
            "password": flow.PASSWORD,
            "next": shown.context["next"],
            "csrfmiddlewaretoken": shown.context["csrf_token"],
        },
    )
    return browser.get(answer.headers["Location"])


def unsigned_object(**claims: str) -> str:
    parts = ({"alg": "none"}, claims)
    coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return b".".join([*coded, b""]).decode()


# Config OP


@pytest.mark.usefixtures("wiki")
def test_discovery_endpoint_verification() -> None:
    metadata = flow.backend().get("/uc/oauth/.well-known/openid-configuration").json()

    assert metadata["issuer"] == ISSUER
    for name in ("authorization", "token", "userinfo", "end_session"):
        assert metadata[f"{name}_endpoint"].startswith(f"{ISSUER}/")
    assert "openid" in metadata["scopes_supported"]
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["subject_types_supported"] == ["public"]
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]
    assert metadata["claims_parameter_supported"] is True
    keys = flow.backend().get(metadata["jwks_uri"].removeprefix(flow.WIKI)).json()["keys"]
    assert keys
    assert not any({"d", "p", "q", "k"} & key.keys() for key in keys)
    assert all(key["use"] == "sig" and key["alg"] == "RS256" and key["kid"] for key in keys)


# Basic OP, and Form Post OP


def test_server(alice: Any, ask: Any) -> None:
    signed_in = redeem(ask(flow.signed_in(alice), nonce="n-1", scope="openid"))

    assert signed_in.claims["nonce"] == "n-1"
    assert signed_in.claims["sub"] == signed_in.userinfo()["sub"] == alice.sub


def test_response_type_missing(alice: Any, ask: Any) -> None:
    answer = ask(flow.signed_in(alice), response_type="")

    assert answer["error"] in {"invalid_request", "unsupported_response_type"}
    assert answer["state"] == "a state"


def test_idtoken_signature(alice: Any, ask: Any) -> None:
    id_token = redeem(ask(flow.signed_in(alice))).tokens["id_token"]

    assert jwt.get_unverified_header(id_token).keys() >= {"alg", "kid"}
    with pytest.raises(jwt.InvalidSignatureError):
        verified(f"{id_token[:-8]}AAAAAAAA")


def test_userinfo_get(alice: Any, ask: Any) -> None:
    access_token = redeem(ask(flow.signed_in(alice))).tokens["access_token"]

    answer = flow.userinfo(access_token)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["sub"] == alice.sub


def test_userinfo_post_header(alice: Any, ask: Any) -> None:
    access_token = redeem(ask(flow.signed_in(alice))).tokens["access_token"]

    answer = flow.backend().post(
        "/uc/oauth/userinfo", headers={"authorization": f"Bearer {access_token}"}
    )

    assert answer.json()["sub"] == alice.sub


def test_userinfo_post_body(alice: Any, ask: Any) -> None:
    access_token = redeem(ask(flow.signed_in(alice))).tokens["access_token"]

    answer = flow.backend().post("/uc/oauth/userinfo", {"access_token": access_token})

    assert answer.json()["sub"] == alice.sub


def test_ensure_request_without_nonce_succeeds_for_code_flow(alice: Any, ask: Any) -> None:
    assert "nonce" not in redeem(ask(flow.signed_in(alice))).claims


PROFILE = {"name", "nickname", "preferred_username"}
EMAIL = {"email", "email_verified"}


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        pytest.param("openid profile", PROFILE, id="profile"),
        pytest.param("openid email", EMAIL, id="email"),
        pytest.param("openid address", set(), id="address"),
        pytest.param("openid phone", set(), id="phone"),
        pytest.param("openid address email phone profile", PROFILE | EMAIL, id="all"),
    ],
)
def test_scope(alice: Any, ask: Any, scope: str, claims: set[str]) -> None:
    signed_in = redeem(ask(flow.signed_in(alice), scope=scope))

    assert signed_in.userinfo().keys() == {"sub"} | claims
    assert not signed_in.claims.keys() & claims


def test_alternate_happy_flow(alice: Any, ask: Any) -> None:
    signed_in = redeem(ask(flow.signed_in(alice), scope="email openid"))

    assert signed_in.userinfo()["email"] == alice.email


@pytest.mark.parametrize("display", ["page", "popup"])
def test_display(alice: Any, ask: Any, display: str) -> None:
    assert redeem(ask(flow.signed_in(alice), display=display))


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_prompt_login(alice: Any, wait: flow.Wait, mode: str) -> None:
    browser = flow.signed_in(alice)
    first = redeem(answer_of(flow.authorize(browser, response_mode=mode), mode))
    wait(5)

    page = flow.authorize(browser, response_mode=mode, prompt="login")
    second = redeem(answer_of(sign_in_again(browser, page), mode))

    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] > first.claims["auth_time"]


@pytest.mark.usefixtures("wiki")
def test_prompt_none_not_logged_in(ask: Any) -> None:
    answer = ask(flow.browser(), prompt="none")

    assert answer["error"] == "login_required"
    assert answer["state"] == "a state"


def test_prompt_none_logged_in(alice: Any, ask: Any) -> None:
    browser = flow.signed_in(alice)
    first = redeem(ask(browser))

    second = redeem(ask(browser, prompt="none"))

    assert second.claims["auth_time"] == first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_max_age_1(alice: Any, wait: flow.Wait, mode: str) -> None:
    browser = flow.signed_in(alice)
    first = redeem(answer_of(flow.authorize(browser, response_mode=mode), mode))
    wait(2)

    page = flow.authorize(browser, response_mode=mode, max_age="1")
    second = redeem(answer_of(sign_in_again(browser, page), mode))

    assert second.claims["auth_time"] > first.claims["auth_time"]


def test_max_age_10000(alice: Any, ask: Any) -> None:
    browser = flow.signed_in(alice)
    first = redeem(ask(browser))

    second = redeem(ask(browser, max_age="10000"))

    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_ensure_request_with_unknown_parameter_succeeds(alice: Any, ask: Any) -> None:
    assert redeem(ask(flow.signed_in(alice), extra="foobar"))


def test_id_token_hint(alice: Any, ask: Any) -> None:
    browser = flow.signed_in(alice)
    first = redeem(ask(browser))

    second = redeem(ask(browser, prompt="none", id_token_hint=first.tokens["id_token"]))

    assert second.claims["sub"] == first.claims["sub"]


@pytest.mark.parametrize(
    "wish",
    [
        {"login_hint": "alice"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"acr_values": "1 2"},
    ],
    ids=["login-hint", "ui-locales", "claims-locales", "ensure-request-with-acr-values-succeeds"],
)
def test_wishes(alice: Any, ask: Any, wish: dict[str, str]) -> None:
    assert redeem(ask(flow.signed_in(alice), **wish)).claims["acr"] == "1"


@pytest.mark.parametrize("pause", [0, 30], ids=["codereuse", "codereuse-30seconds"])
def test_codereuse(alice: Any, ask: Any, wait: flow.Wait, pause: int) -> None:
    answer = ask(flow.signed_in(alice))
    signed_in = redeem(answer)
    wait(pause)

    again = flow.exchange(answer["code"])

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert flow.userinfo(signed_in.tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("more", [{}, {"request": unsigned_object(redirect_uri=flow.CALLBACK)}])
def test_ensure_registered_redirect_uri(alice: Any, more: dict[str, str]) -> None:
    """And `ensure-request-object-with-redirect-uri`."""
    page: Any = flow.authorize(
        flow.signed_in(alice), redirect_uri=f"{flow.CALLBACK}/unregistered", **more
    )

    assert page.status_code == 400
    assert "Location" not in page.headers
    assert "redirect" in page.content.decode().lower()


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_ensure_post_request_succeeds(alice: Any, mode: str) -> None:
    """A browser sends no session with another site's form, so the request is sent again by GET."""
    stranger, browser = flow.browser(), flow.signed_in(alice)
    parameters = {
        "response_type": "code",
        "client_id": flow.CLIENT_ID,
        "redirect_uri": flow.CALLBACK,
        "scope": "openid",
        "state": "a state",
        "response_mode": mode,
    }

    by_get = stranger.post("/uc/oauth/authorize", parameters).headers["Location"]
    with_session = browser.post("/uc/oauth/authorize", parameters)

    assert redeem(answer_of(browser.get(by_get), mode))
    assert redeem(answer_of(with_session, mode))


def test_server_client_secret_basic(alice: Any, ask: Any) -> None:
    """Each of the plan's modules is run with it but one, where the suite sends the secret so."""
    code = ask(flow.signed_in(alice))["code"]

    answer = flow.backend().post(
        "/uc/oauth/token",
        {"grant_type": "authorization_code", "code": code, "redirect_uri": flow.CALLBACK},
        headers={"authorization": f"Basic {flow.basic(flow.CLIENT_ID, flow.CLIENT_SECRET)}"},
    )

    assert verified(answer.json()["id_token"])


def test_server_client_secret_post(alice: Any, ask: Any) -> None:
    code = ask(flow.signed_in(alice))["code"]

    answer = flow.backend().post(
        "/uc/oauth/token",
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.CALLBACK,
            "client_id": flow.CLIENT_ID,
            "client_secret": flow.CLIENT_SECRET,
        },
    )

    assert verified(answer.json()["id_token"])


def test_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    alice: Any, ask: Any
) -> None:
    answer = ask(flow.signed_in(alice), request_uri="https://client.example/request")

    assert answer["error"] == "request_uri_not_supported"


def test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    alice: Any, ask: Any
) -> None:
    answer = ask(flow.signed_in(alice), request=unsigned_object(state="in the object"))

    assert answer["error"] == "request_not_supported"


def test_claims_essential(alice: Any, ask: Any) -> None:
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})

    signed_in = redeem(ask(flow.signed_in(alice), scope="openid", claims=asked))

    assert signed_in.userinfo()["name"] == alice.name


def test_refresh_token(alice: Any, ask: Any) -> None:
    first = redeem(ask(flow.signed_in(alice)))

    answer = flow.refresh(first.tokens["refresh_token"]).json()

    claims = verified(answer["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[name] == first.claims[name]
    assert claims["iat"] >= first.claims["iat"]
    assert flow.userinfo(answer["access_token"]).status_code == 200
    assert flow.post_token(grant_type="refresh_token", refresh_token="x").status_code == 400


def test_ensure_request_with_valid_pkce_succeeds(alice: Any, ask: Any) -> None:
    challenge = {"code_challenge": flow.challenge(flow.VERIFIER), "code_challenge_method": "S256"}

    answer = ask(flow.signed_in(alice), **challenge)

    assert redeem(answer, code_verifier=flow.VERIFIER)


# RP-Initiated Logout OP


def ask_to_log_out(browser: Client, hint: str, **changes: str) -> Any:
    parameters = {
        "id_token_hint": hint,
        "post_logout_redirect_uri": flow.WIKI,
        "state": "s-1",
        **changes,
    }
    wanted = {name: value for name, value in parameters.items() if value}
    return browser.get("/uc/oauth/end-session", wanted)


def is_signed_in(browser: Client) -> bool:
    return "code" in flow.parameters_of(flow.authorize(browser, prompt="none"))


@pytest.fixture
def hint(alice: Any) -> str:
    token: str = flow.tokens_for(alice)["id_token"]
    return token


@pytest.mark.usefixtures("wiki")
def test_rp_initiated_logout_discovery_endpoint_verification() -> None:
    metadata = flow.backend().get("/uc/oauth/.well-known/openid-configuration").json()

    assert metadata["end_session_endpoint"] == f"{ISSUER}/end-session"


def test_rp_initiated_logout(alice: Any, hint: str) -> None:
    browser = flow.signed_in(alice)

    answer = ask_to_log_out(browser, hint)

    assert answer.headers["Location"] == f"{flow.WIKI}?{urlencode({'state': 's-1'})}"
    assert not is_signed_in(browser)


def test_rp_initiated_logout_no_state(alice: Any, hint: str) -> None:
    browser = flow.signed_in(alice)

    answer = ask_to_log_out(browser, hint, state="")

    assert answer.headers["Location"] == flow.WIKI
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "uri",
    ["https://client.example/unregistered", f"{flow.WIKI}?foo=bar"],
    ids=["bad-post-logout-redirect-uri", "query-added-to-post-logout-redirect-uri"],
)
def test_rp_initiated_logout_address(alice: Any, hint: str, uri: str) -> None:
    answer = ask_to_log_out(flow.signed_in(alice), hint, post_logout_redirect_uri=uri)

    assert answer.status_code == 400
    assert "address that isn&#x27;t registered" in answer.content.decode()


@pytest.mark.parametrize(
    "forge",
    [lambda token: f"{token[:-8]}AAAAAAAA", lambda _token: "not-an-id-token"],
    ids=["modified-id-token-hint", "bad-id-token-hint"],
)
def test_rp_initiated_logout_hint(alice: Any, hint: str, forge: Callable[[str], str]) -> None:
    browser = flow.signed_in(alice)

    answer = ask_to_log_out(browser, forge(hint))

    assert answer.status_code == 400
    assert "could not be verified" in answer.content.decode()
    assert is_signed_in(browser)


def test_rp_initiated_logout_no_id_token_hint(alice: Any) -> None:
    browser = flow.signed_in(alice)

    answer = ask_to_log_out(browser, "")

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert is_signed_in(browser)


@pytest.mark.parametrize("state", ["", "s-1"], ids=["no-params", "only-state"])
def test_rp_initiated_logout_asked(alice: Any, state: str) -> None:
    browser = flow.signed_in(alice)
    page = ask_to_log_out(browser, "", post_logout_redirect_uri="", state=state)
    assert page.status_code == 200

    answer = browser.post(
        "/uc/oauth/end-session-prompt",
        {"allow": "yes", "csrfmiddlewaretoken": page.context["csrf_token"]},
    )

    assert "You are signed out" in answer.content.decode()
    assert not is_signed_in(browser)


def test_rp_initiated_logout_no_post_logout_redirect_uri(alice: Any, hint: str) -> None:
    browser = flow.signed_in(alice)

    answer = ask_to_log_out(browser, hint, post_logout_redirect_uri="")

    assert answer.status_code == 200
    assert "You are signed out" in answer.content.decode()
    assert not is_signed_in(browser)
