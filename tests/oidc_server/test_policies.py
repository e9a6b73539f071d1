"""What any answer of the site lets a browser do. All of its addresses are walked to find out."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

from oidc_server.audit.models import Event, Kind
from tests.oidc_server import flow

# For a part of an address that varies; 1 where there is none.
SAMPLES = {"app_label": "accounts", "url": "no-such-page"}
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PROPFIND"]
NONE, OWN = "'none'", "'self'"


def addresses(patterns: Iterable[Any], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        address = before + example(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


def example(pattern: Any) -> str:
    """An address that it matches."""
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: SAMPLES.get(part[1], "1"), str(pattern))
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda part: SAMPLES[part[1]], str(pattern))
    return text.strip("^$").replace("/?", "").replace("\\", "")


SITE = sorted(set(addresses(get_resolver().url_patterns)))


@pytest.fixture
def desk() -> Client:
    """An administrator's browser. There is a row for each address with a number."""
    Event.objects.create(pk=1, kind=Kind.SIGN_OUT)
    return flow.signed_in(flow.make_user("root", is_superuser=True, pk=1))


def test_the_walk_finds_the_whole_site() -> None:
    names = {resolve(address).view_name for address in SITE}

    assert names >= {"pages:home", "accounts:login", "accounts:password", "health:ready"}
    assert names >= {f"oidc_provider:{name}" for name in ("authorize", "consent", "token", "jwks")}
    assert names >= {f"admin:accounts_user_{name}" for name in ("changelist", "change", "delete")}


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize("address", [*SITE, "/missing", "/uc/missing", "/uc/static/missing"])
def test_every_answer_to_every_method_has_the_strict_policy(desk: Client, address: str) -> None:
    for browser in (flow.browser(), desk):
        answers = {method: browser.generic(method, address) for method in METHODS}

        for answer in answers.values():
            assert answer.status_code < 500
            assert_strict(answer)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                assert_nothing_inline(answer.content.decode())
        assert answers["HEAD"].status_code == answers["GET"].status_code
        assert not answers["HEAD"].content


def assert_strict(answer: Any) -> None:
    policy = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    for name in ("default-src", "base-uri", "frame-ancestors"):
        assert policy.pop(name) == NONE
    assert policy.pop("img-src") == f"{OWN} data:"
    # That of a page whose form leads on to a client names its origin.
    assert OWN in policy.pop("form-action").split(" ")
    assert policy == dict.fromkeys(("script-src", "style-src", "font-src", "connect-src"), OWN)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"


def assert_nothing_inline(html: str) -> None:
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
