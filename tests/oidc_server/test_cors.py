"""Scripts of other origins: those of registered clients may read an answer, without cookies."""

from typing import Any

import pytest

from tests.oidc_server import flow
from tests.oidc_server.defects import steps

APP = "https://app.example"
STRANGER = "https://stranger.example"
ENDPOINTS = [
    "/uc/oauth/token",
    "/uc/oauth/userinfo",
    "/uc/oauth/revoke",
    "/uc/oauth/jwks",
    "/uc/oauth/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/uc/oauth",
]
# A browser is sent there, or a server calls.
OTHERS = ["/uc/oauth/authorize", "/uc/oauth/end-session", "/uc/oauth/introspect", "/uc/"]


@pytest.fixture
def app(wiki: Any) -> Any:
    del wiki
    return flow.make_client("app", _redirect_uris=f"{APP}/callback\nhttps://second.example/")


def get(path: str, origin: str) -> Any:
    return flow.backend().get(path, headers={"origin": origin})


def preflight(path: str, origin: str, method: str = "POST") -> Any:
    asked = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization",
    }
    return flow.backend().options(path, headers=asked)


def varies_by_origin(answer: Any) -> bool:
    return "origin" in answer.headers.get("Vary", "").lower().replace(" ", "").split(",")


def of_cors(answer: Any) -> list[str]:
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("origin", [APP, "https://second.example", flow.WIKI])
def test_a_registered_origin_may_read_the_answer(path: str, origin: str) -> None:
    answer = get(path, origin)

    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert varies_by_origin(answer)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    "origin",
    [
        STRANGER,
        "null",
        "*",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.stranger.example",
        "https://APP.example",
        "https://app.example/",
        "https://app.example/callback",
        "https://second.example\x00",
    ],
)
def test_no_other_origin_may(path: str, origin: str) -> None:
    for answer in (get(path, origin), preflight(path, origin)):
        assert not of_cors(answer)
        assert varies_by_origin(answer)
        assert answer.status_code < 500


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_without_an_origin_a_cache_learns_that_it_matters(path: str) -> None:
    answer = flow.backend().get(path)

    assert not of_cors(answer)
    assert varies_by_origin(answer)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_registered_origin_may_send_a_token(path: str) -> None:
    answer = preflight(path, APP)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["Access-Control-Allow-Headers"] == "Authorization"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("path", OTHERS)
def test_what_a_user_or_a_server_calls_is_read_by_no_other_origin(path: str) -> None:
    for answer in (get(path, APP), preflight(path, APP)):
        assert not of_cors(answer)


def test_an_app_in_a_browser_signs_in_and_reads_the_user(alice: Any, app: Any) -> None:
    place = {"client_id": app.client_id, "redirect_uri": f"{APP}/callback"}
    person = flow.signed_in(alice)
    agreed = steps.submit(person, "", flow.authorize(person, **place, **steps.PKCE), allow="yes")
    code = flow.parameters_of(agreed)["code"]
    script = flow.backend()

    form = {**place, "grant_type": "authorization_code", "code": code}
    form["code_verifier"] = flow.VERIFIER
    tokens = script.post("/uc/oauth/token", form, headers={"origin": APP})
    bearer = {"authorization": f"Bearer {tokens.json()['access_token']}", "origin": APP}
    claims = script.get("/uc/oauth/userinfo", headers=bearer)

    assert tokens.headers["Access-Control-Allow-Origin"] == APP
    assert claims.headers["Access-Control-Allow-Origin"] == APP
    assert claims.json()["preferred_username"] == "alice"


@pytest.mark.usefixtures("app")
def test_a_refusal_says_why_to_a_registered_origin() -> None:
    refused = get("/uc/oauth/userinfo", APP)

    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == APP
    assert refused.headers["Access-Control-Expose-Headers"] == "WWW-Authenticate"


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://app.example:443/callback", "https://app.example"),
        ("http://APP.example:80/callback", "http://app.example"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://user@app.example/", "https://app.example"),
    ],
)
def test_an_origin_is_what_a_browser_makes_of_the_uri(uri: str, origin: str) -> None:
    flow.make_client("app", _redirect_uris=uri)

    assert get("/uc/oauth/jwks", origin).headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("com.example.app:/callback", "com.example.app:"),
        ("com.example.app://callback", "com.example.app://callback"),
        ("https://app.example:port/", "https://app.example:port"),
        ("https://[app.example/", "https://[app.example"),
    ],
)
def test_what_is_no_web_address_has_no_origin(uri: str, origin: str) -> None:
    flow.make_client("app", _redirect_uris=uri)

    assert not of_cors(get("/uc/oauth/jwks", origin))
