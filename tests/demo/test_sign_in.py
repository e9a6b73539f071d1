"""Through the sample client and back, as a person and as a script."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest

from tests.demo.running import Demo, Machine
from tests.demo.visitor import Visitor

VERIFIER = "a-verifier-of-at-least-43-characters-0123456789"


def test_signing_in_shows_the_claims(demo: Demo) -> None:
    visitor = Visitor()

    page = visitor.sign_in(demo.told)

    assert str(page.url) == f"{demo.told['client_url']}/"
    userinfo = visitor.table("userinfo")
    assert userinfo["preferred_username"] == "admin"
    assert userinfo["email"] == "admin@example.com"
    assert userinfo["email_verified"] == "true"
    claims = visitor.table("id-token")
    assert claims["iss"] == demo.told["issuer"]
    assert claims["aud"] in {demo.told["client_id"], f'["{demo.told["client_id"]}"]'}
    assert claims["sub"] == userinfo["sub"]


def test_refreshing_asks_the_provider_again(demo: Demo) -> None:
    visitor = Visitor()
    visitor.sign_in(demo.told)
    before = visitor.table("userinfo")

    for _ in range(2):
        visitor.submit("/refresh")

    assert visitor.table("tokens")["refresh token"] == "times used: 2"
    assert visitor.table("userinfo") == before


def test_signing_out_leads_back_and_ends_the_session_at_the_provider(demo: Demo) -> None:
    visitor = Visitor()
    visitor.sign_in(demo.told)

    page = visitor.submit("/sign-out")

    assert str(page.url).rstrip("/") == demo.told["client_url"]
    assert "You are signed out." in page.text
    visitor.open(urljoin(demo.told["client_url"], "/sign-in"))
    assert visitor.is_asked_to_sign_in()


def test_a_user_who_was_turned_off_is_out_at_the_next_refresh(machine: Machine) -> None:
    told = machine.start().told
    visitor = Visitor()
    visitor.sign_in(told)
    with closing(sqlite3.connect(Path(told["folder"]) / "demo.sqlite3")) as database, database:
        database.execute("UPDATE accounts_user SET is_active = 0")

    page = visitor.submit("/refresh")

    assert "Your session has ended: the provider refused (400, invalid_grant" in page.text
    assert "userinfo" not in page.text


def test_signing_in_again_needs_no_password_while_the_session_is_open(demo: Demo) -> None:
    visitor = Visitor()
    visitor.sign_in(demo.told)

    visitor.open(urljoin(demo.told["client_url"], "/sign-in"))

    assert visitor.table("userinfo")["preferred_username"] == "admin"


def test_a_wrong_password_is_told(demo: Demo) -> None:
    visitor = Visitor()

    visitor.sign_in({**demo.told, "admin_password": "not-the-password"})

    assert visitor.is_asked_to_sign_in()
    assert 'role="alert"' in visitor.page.text


def test_an_answer_that_nobody_asked_for_is_refused(demo: Demo) -> None:
    visitor = Visitor()
    visitor.sign_in(demo.told)
    stranger = Visitor()
    stranger.open(urljoin(demo.told["client_url"], "/sign-in"))

    page = stranger.open(f"{demo.told['redirect_uri']}?code=stolen&state=guessed")

    assert page.status_code == 400
    assert "belongs to no sign-in" in page.text


def test_what_the_provider_refuses_is_shown_as_text(demo: Demo) -> None:
    client = httpx.Client(trust_env=False)
    sent = client.get(urljoin(demo.told["client_url"], "/sign-in"))
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    query = urlencode({"state": state, "error": "denied", "error_description": "<b>no</b>"})

    page = client.get(f"{demo.told['redirect_uri']}?{query}", follow_redirects=True)

    assert "&lt;b&gt;no&lt;/b&gt;" in page.text
    assert "<b>no</b>" not in page.text


def test_the_client_answers_to_no_other_name(demo: Demo) -> None:
    page = httpx.get(demo.told["client_url"], headers={"Host": "example.com"}, trust_env=False)

    assert page.status_code == 421


def test_another_site_can_not_sign_someone_out(demo: Demo) -> None:
    url = urljoin(demo.told["client_url"], "/sign-out")

    page = httpx.post(url, headers={"Origin": "http://localhost:1"}, trust_env=False)

    assert page.status_code == 403


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_a_script_can_use_the_client(demo: Demo, way: str) -> None:
    told = demo.told
    code = _code(told)

    answer = _exchange(told, code, VERIFIER, way)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    userinfo = httpx.get(f"{told['issuer']}/userinfo", headers=bearer, trust_env=False)

    assert answer.status_code == 200
    assert userinfo.json()["email"] == "admin@example.com"


def test_a_code_is_of_no_use_without_its_verifier(demo: Demo) -> None:
    code = _code(demo.told)

    answer = _exchange(demo.told, code, VERIFIER[::-1], "client_secret_post")

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def _code(told: dict[str, Any]) -> str:
    """Return a code that was kept from the sample client."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": told["client_id"],
        "redirect_uri": told["redirect_uri"],
        "scope": "openid profile email",
        "state": "x" * 16,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    visitor = Visitor()
    visitor.open(f"{told['issuer']}/authorize?{urlencode(query)}")
    # The client knows nothing of this journey, and says so at its end.
    page = visitor.submit(username=told["admin_username"], password=told["admin_password"])
    return parse_qs(page.url.query.decode())["code"][0]


def _exchange(told: dict[str, Any], code: str, verifier: str, way: str) -> httpx.Response:
    credentials = {"client_id": told["client_id"], "client_secret": told["client_secret"]}
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": told["redirect_uri"],
        "code_verifier": verifier,
    }
    url = f"{told['issuer']}/token"
    with httpx.Client(trust_env=False) as client:
        if way == "client_secret_basic":
            return client.post(url, data=form, auth=httpx.BasicAuth(*credentials.values()))
        return client.post(url, data={**form, **credentials})
