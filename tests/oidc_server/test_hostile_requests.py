"""Ten thousand requests that nobody means well by: none upsets the provider, and none gets more of
an answer than it may.

A failure shows the request as a command to send it by.
"""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

import pytest
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.http import HttpResponse, HttpResponseBase
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from tests.oidc_server import flow
from tests.oidc_server.hostile.good import APP, Known, known_of
from tests.oidc_server.hostile.request import Request
from tests.oidc_server.hostile.strategies import requests

REQUESTS = 10_000
SHARES = 4  # which may run side by side
SEED = int(os.environ.get("HOSTILE_SEED", "0"))  # another one makes others
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
# To a page of the provider's own, to the wiki or to the address of a client.
LEADS_HOME = re.compile(rf"/(?![/\\])|{re.escape(flow.WIKI)}(/|\?|\Z)|{re.escape(APP)}(\?|\Z)")

Site = Callable[[Request], HttpResponseBase]


@pytest.fixture
def known(alice: Any, admin_user: Any) -> Known:
    flow.make_client("app", _redirect_uris=APP)
    return known_of(alice, admin_user)


@pytest.fixture
def site() -> Iterator[Site]:
    """As gunicorn calls it; but the end of a request does not end the test's transaction."""
    from oidc_server.wsgi import application  # noqa: PLC0415 - loads the site

    logging.disable()  # of thousands of lines
    got_request_exception.connect(_raise_it)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield lambda request: application(request.environ(), lambda *_: lambda _: None)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    got_request_exception.disconnect(_raise_it)
    logging.disable(logging.NOTSET)


def _raise_it(**_details: Any) -> None:
    """To see more of it than a page that says 500."""
    raise cast("Exception", sys.exception())


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("share", range(SHARES))
def test_no_request_upsets_the_provider(known: Known, site: Site, share: int) -> None:
    @seed(SEED + share)
    @settings(
        max_examples=REQUESTS // SHARES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(known))
    def is_harmless(request: Request) -> None:
        note(repr(request))
        # What a request does to the database is undone.
        with transaction.atomic(), closing(site(request)) as answer:
            assert_harmless(answer)
            transaction.set_rollback(True)

    is_harmless()


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize("charset", ["hex", "idna", "rot13", "undefined", "utf-16", "none", "\xff"])
@pytest.mark.parametrize("query", ["", "a=%FF", "a=b&" * 2000])
def test_a_named_charset_changes_nothing(site: Site, charset: str, query: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}".encode("latin-1")
    path = f"/uc/oauth/authorize?{query}".encode()

    answers = [
        site(Request(method="GET", target=path, headers=((b"Host", flow.HOST), *more)))
        for more in ((), ((b"Content-Type", kind),))
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


def assert_harmless(answer: HttpResponseBase) -> None:
    headers = answer.headers
    assert answer.status_code < 500
    assert headers["Content-Security-Policy"].startswith(POLICY)
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers.get("Access-Control-Allow-Origin") in {None, flow.WIKI, "https://app.example"}
    assert "Access-Control-Allow-Credentials" not in headers
    assert LEADS_HOME.match(headers.get("Location", "/"))
    assert not any(re.search(r"[\r\n\0]", name + value) for name, value in answer.items())
    for cookie in answer.cookies.values():
        assert cookie["path"].startswith("/uc/")
        assert cookie["samesite"] == "Lax"
        assert cookie["httponly"] or not cookie.value
    assert answer.streaming or b"<script>alert" not in cast("HttpResponse", answer).content
