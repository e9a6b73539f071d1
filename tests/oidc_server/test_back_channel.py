"""What clients call by themselves lacks nothing that other answers have, and needs no session."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.oidc_server import flow

ENDPOINTS = (
    *("token", "userinfo", "token-introspection", "token-revocation"),
    *("jwks", "provider-info"),
)
# Those of a page; its cookies aside.
HEADERS = {
    "Content-Length",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


@pytest.fixture(params=ENDPOINTS)
def address(request: pytest.FixtureRequest) -> str:
    return reverse(f"oidc_provider:{request.param}")


@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_answers_have_the_headers_that_pages_have(
    wiki: Any,  # noqa: ARG001 - whose provider answers
    address: str,
    method: str,
) -> None:
    page = flow.browser().get("/uc/accounts/login/")

    answer = getattr(flow.backend(), method)(address)

    for header in HEADERS:
        assert answer.headers.get(header) is not None or page.headers.get(header) is None
    assert answer.headers["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY


def test_a_host_that_is_not_allowed_is_refused(address: str) -> None:
    answer = flow.backend().get(address, headers={"host": "elsewhere.example"})

    assert answer.status_code == 400


def test_a_session_is_not_so_much_as_read(
    alice: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = flow.tokens_for(alice)["access_token"]
    cookies = flow.signed_in(alice).cookies
    caller = flow.backend()
    caller.cookies = cookies

    with django_assert_num_queries(1):
        answer = caller.get("/uc/oauth/userinfo", headers={"authorization": f"Bearer {token}"})

    assert answer.json()["email"] == alice.email
    assert not answer.cookies
