"""Clients by other people's hands sign in, refresh and sign out."""

from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from playwright.sync_api import Page, expect

from tests.interop.clients import Client
from tests.interop.visitor import Visitor
from tests.oidc_server import flow
from tests.oidc_server.running import Running

EMAIL = "admin@example.com"
ADMIN = {
    "preferred_username": "admin",
    "email": EMAIL,
    "email_verified": True,
}
TOKENS = ("access_token", "refresh_token")


@pytest.fixture
def visitor(provider: Running) -> Visitor:
    return Visitor(provider)


def test_a_sign_in_tells_the_client_who_it_is(client: Client, visitor: Visitor) -> None:
    session = visitor.sign_in(client)

    assert session["userinfo"].items() >= ADMIN.items()
    assert session["userinfo"]["sub"] == id_token_of(session)["sub"]
    assert id_token_of(session)["aud"] == client.name


def test_who_is_signed_in_at_the_provider_is_asked_for_nothing(
    client: Client, visitor: Visitor, provider: Running
) -> None:
    visitor.open(f"{provider.address}/uc/accounts/login/")
    visitor.fill_in()

    visitor.open(f"{client.address}/sign-in")

    assert visitor.session(client)["userinfo"]["email"] == EMAIL


def test_a_refresh_brings_other_tokens_for_the_same_person(
    client: Client, visitor: Visitor, provider: Running
) -> None:
    before = visitor.sign_in(client)

    visitor.open(client.refresh(client.address, before))
    after = visitor.session(client)

    assert after["userinfo"] == before["userinfo"]
    assert not {before[name] for name in TOKENS} & {after[name] for name in TOKENS}
    assert provider.userinfo(after).json() == after["userinfo"]
    assert provider.userinfo(before).status_code == 401


def test_a_client_refreshes_again_and_again(client: Client, visitor: Visitor) -> None:
    sessions = [visitor.sign_in(client)]

    for _ in range(3):
        visitor.open(client.refresh(client.address, sessions[-1]))
        sessions.append(visitor.session(client))

    assert len({session["refresh_token"] for session in sessions}) == 4


def test_signing_out_ends_the_sessions_of_both(client: Client, visitor: Visitor) -> None:
    visitor.sign_in(client)

    visitor.open(f"{client.address}/sign-out")

    assert str(visitor.page.url).startswith(client.address)
    assert visitor.open(client.address).status_code == 401
    visitor.open(f"{client.address}/sign-in")
    assert visitor.is_asked_to_sign_in()


def test_chromium_lets_people_sign_in_and_out_at_another_site(client: Client, page: Page) -> None:
    sign_in(client, page)
    at_the_client = page.url

    page.goto(f"{client.address}/sign-out")
    expect(page.locator("body")).not_to_contain_text(EMAIL)
    signed_out = page.url
    page.goto(f"{client.address}/sign-in")

    assert at_the_client.startswith(f"{client.address}/")
    assert signed_out.startswith(f"{client.address}/")
    expect(page.get_by_label("Password")).to_be_visible()


def test_chromium_lets_people_go_back_who_were_asked_before_they_are_signed_out(
    client: Client, page: Page, provider: Running
) -> None:
    sign_in(client, page)
    asked = {"client_id": client.name, "post_logout_redirect_uri": client.address}

    page.goto(f"{provider.address}/uc/oauth/end-session?{urlencode(asked)}")
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url(f"{client.address}/**")


def sign_in(client: Client, page: Page) -> None:
    page.goto(f"{client.address}/sign-in")
    page.get_by_label("Username or e-mail").fill("admin")
    page.get_by_label("Password").fill(flow.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if not client.secret:
        page.get_by_role("button", name="Allow").click()
    expect(page.locator("body")).to_contain_text(EMAIL)


def id_token_of(session: dict[str, Any]) -> dict[str, Any]:
    """The claims; mod_auth_openidc shows nothing else of it."""
    token = session["id_token"]
    if isinstance(token, dict):
        return token
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
