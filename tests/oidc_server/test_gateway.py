"""The provider behind its gateway: under the wiki's host, one of its own, a port, an address."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from django.http import HttpRequest, HttpResponse

from oidc_server.gateway import ClientAddressMiddleware
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import Cluster, free_port

LOGIN = "/uc/accounts/login/"
ORIGINS = {
    "one-host": ("https://wiki.example.com", "https://wiki.example.com"),
    "own-host": ("https://accounts.example.net", "https://wiki.example.com:8443"),
    "own-port": ("http://192.0.2.7:8889", "http://192.0.2.7:8888"),
    "ipv6": ("http://[2001:db8::7]:8888", "http://[2001:db8::7]:8888"),
}


@pytest.fixture(scope="module", params=list(ORIGINS.values()), ids=list(ORIGINS))
def provider(
    request: pytest.FixtureRequest,
    postgresql: Cluster | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[running.Running]:
    site, wiki = request.param
    folder = tmp_path_factory.mktemp("behind-a-gateway")
    variables = running.fresh(postgresql, folder, SITE_URL=site, WIKI_URL=wiki)
    running.command("init", variables=variables)
    with running.serve(variables, free_port(), folder / "log") as started:
        yield started


def test_a_sign_in_ends_at_the_wiki_with_an_issuer_that_is_the_providers(
    provider: running.Running,
) -> None:
    tokens = provider.sign_in()

    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert claims["iss"] == f"{provider.address}/uc/oauth"
    assert provider.userinfo(tokens).json()["sub"] == claims["sub"]


def test_discovery_names_the_public_addresses_whoever_asks(provider: running.Running) -> None:
    path = "/uc/oauth/.well-known/openid-configuration"
    with provider.browser() as browser:
        outside = browser.get(path).json()
    inside = httpx.get(f"http://127.0.0.1:{provider.port}{path}").json()

    assert outside == inside
    assert outside["issuer"] == f"{provider.address}/uc/oauth"
    for name in ("authorization_endpoint", "token_endpoint", "end_session_endpoint", "jwks_uri"):
        assert outside[name].startswith(f"{provider.address}/uc/oauth/")


def test_signing_out_leads_back_to_the_wiki(provider: running.Running) -> None:
    hint = provider.sign_in()["id_token"]

    with provider.browser() as browser:
        answer = browser.get(
            "/uc/oauth/end-session",
            params={"id_token_hint": hint, "post_logout_redirect_uri": provider.wiki},
        )

    assert answer.headers["location"] == provider.wiki


def test_pages_lead_to_the_wiki_and_forms_may_end_there(provider: running.Running) -> None:
    with provider.browser() as browser:
        page = browser.get(
            "/uc/oauth/authorize",
            params={
                "response_type": "code",
                "client_id": flow.CLIENT_ID,
                "redirect_uri": f"{provider.wiki}/auth/oidc.callback",
                "scope": "openid",
            },
            follow_redirects=True,
        )

    targets = re.search(r"form-action ([^;]+);", page.headers["content-security-policy"])
    assert targets
    assert f'href="{provider.wiki}"' in page.text
    if provider.wiki == provider.address:
        assert targets[1] == "'self'"
    else:
        assert targets[1] == f"{provider.wiki} 'self'"


def test_cookies_are_the_hosts_own_and_secure_where_it_is(provider: running.Running) -> None:
    with provider.browser() as browser:
        token = browser.get(LOGIN).cookies["running_oidc_csrf"]
        form = {"username": "admin", "password": flow.PASSWORD, "csrfmiddlewaretoken": token}
        answer = browser.post(LOGIN, data=form, headers={"origin": provider.address})

    cookies = [cookie.lower() for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "running_oidc_session",
        "running_oidc_csrf",
        "running_oidc_device",
    }
    for cookie in cookies:
        assert "domain=" not in cookie
        assert "; httponly" in cookie
        assert "; samesite=lax" in cookie
        assert ("; secure" in cookie) == provider.address.startswith("https://")


def test_the_root_of_a_host_of_its_own_leads_to_the_account(provider: running.Running) -> None:
    with provider.browser() as browser:
        assert browser.get("/").headers["location"] == "/uc/"


def test_forms_of_another_origin_are_refused(provider: running.Running) -> None:
    others = {provider.wiki, "https://elsewhere.example"} - {provider.address}
    for origin in others:
        with provider.browser() as browser:
            token = browser.get("/uc/accounts/login/").cookies["running_oidc_csrf"]
            answer = browser.post(
                "/uc/accounts/login/",
                data={"csrfmiddlewaretoken": token},
                headers={"origin": origin},
            )

        assert answer.status_code == 403


def test_another_host_is_refused(provider: running.Running) -> None:
    with provider.browser() as browser:
        for host in ("elsewhere.example", "[2001:db8::8]:8888"):
            answer = browser.get("/uc/accounts/login/", headers={"host": host})

            assert answer.status_code == 400


def test_each_sign_in_is_logged_with_its_address_and_no_word_of_what_was_typed(
    provider: running.Running,
) -> None:
    typed = {"username": "typed-as-username", "password": "typed-as-password"}

    tokens = provider.sign_in("2001:db8::99")
    sub = provider.userinfo(tokens).json()["sub"]
    with provider.browser("192.0.2.99") as browser:
        token = browser.get("/uc/accounts/login/").cookies["running_oidc_csrf"]
        form = {**typed, "csrfmiddlewaretoken": token}
        browser.post("/uc/accounts/login/", data=form, headers={"origin": provider.address})

    log = provider.log.read_text()
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    sign_ins = [
        (event["kind"], event["address"], event["subject"])
        for event in events
        if event["kind"].startswith("sign-in")
    ]
    assert ("sign-in accepted", "2001:db8::99", sub) in sign_ins
    assert sign_ins[-1] == ("sign-in refused", "192.0.2.99", "")
    assert "typed-as" not in log


def seen(forwarded_for: str | None) -> Any:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "10.0.0.2"
    if forwarded_for is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded_for
    ClientAddressMiddleware(lambda _: HttpResponse())(request)
    return request.META["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_address_that_the_gateway_tells_is_the_clients(told: str, address: str) -> None:
    assert seen(told) == address


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        "192.0.2.1, 192.0.2.2",
        "192.0.2.1:4711",
        "[2001:db8::1]",
        "fe80::1%eth0",
        "unknown",
        "192.0.2.1\n",
        " 192.0.2.1",
        "1",
    ],
)
def test_anything_but_one_address_is_not_believed(told: str | None) -> None:
    assert seen(told) == "10.0.0.2"


@pytest.mark.django_db
def test_callers_inside_the_stack_keep_their_address() -> None:
    answer = flow.backend().get("/uc/accounts/login/", REMOTE_ADDR="10.0.0.3")

    assert answer.wsgi_request.META["REMOTE_ADDR"] == "10.0.0.3"
