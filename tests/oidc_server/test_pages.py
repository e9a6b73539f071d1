"""Pages carry all they need, and say what a browser may do with them."""

import io
import logging
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from tests.oidc_server import flow

PUBLIC = ["/uc/accounts/login/", "/uc/oauth/authorize", "/uc/oauth/end-session", "/uc/missing"]
OWN = ["/uc/", "/uc/accounts/password/", "/uc/oauth/end-session?state=asked"]
ADMIN = ["/uc/admin/", "/uc/admin/accounts/user/", "/uc/admin/accounts/user/add/"]


@pytest.fixture
def desk(admin_user: Any) -> Client:
    return flow.signed_in(admin_user)


@pytest.mark.parametrize("path", [*PUBLIC, *OWN, *ADMIN])
def test_a_page_has_nothing_inline_and_nothing_from_outside(desk: Client, path: str) -> None:
    html = (flow.browser() if path in PUBLIC else desk).get(path).content.decode()

    assert "<main" in html
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    for address in re.findall(r'(?:src|href)="([^"]+)"', html):
        assert urlsplit(address).netloc in {"", urlsplit(flow.WIKI).netloc}


def test_style_sheets_have_the_policy_too() -> None:
    headers = flow.browser().get("/uc/static/pages/site.css").headers

    assert headers["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"


CLIENTS = "https://other.example"


@pytest.mark.usefixtures("wiki")
@pytest.mark.parametrize(
    ("asked", "targets"),
    [
        ({"client_id": "other", "redirect_uri": flow.ELSEWHERE}, f"{CLIENTS} 'self'"),
        ({"client_id": "other", "redirect_uri": "https://evil.example/callback"}, "'self'"),
        ({"client_id": "outline", "redirect_uri": flow.ELSEWHERE}, "'self'"),
        ({"client_id": "outline", "redirect_uri": flow.CALLBACK}, "'self'"),
        ({"client_id": "other\0", "redirect_uri": flow.ELSEWHERE}, "'self'"),
        ({"client_id": "other"}, "'self'"),
        ({}, "'self'"),
    ],
    ids=str,
)
def test_signing_in_may_end_at_the_client_that_asks_and_nowhere_else(
    alice: Any, asked: dict[str, str], targets: str
) -> None:
    flow.make_client("other")
    visitor, address = flow.browser(), f"/uc/oauth/authorize?{urlencode(asked)}"
    form = {"username": alice.username, "password": "wrong", "next": address}

    page: Any = visitor.get("/uc/accounts/login/", {"next": address})
    form["csrfmiddlewaretoken"] = page.context["csrf_token"]
    again = visitor.post("/uc/accounts/login/", form)

    for shown in (page, again):
        assert f"; form-action {targets};" in shown.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("alice")
def test_cookies_are_named_for_the_deployment_and_stay_on_their_path() -> None:
    person = flow.browser()
    page = person.get("/uc/accounts/login/")
    token = page.context["csrf_token"]
    form = {"username": "alice", "password": flow.PASSWORD, "csrfmiddlewaretoken": token}

    person.post("/uc/accounts/login/", form)

    assert {name: cookie["path"] for name, cookie in person.cookies.items()} == {
        "wiki_oidc_session": "/uc/",
        "wiki_oidc_csrf": "/uc/",
        "wiki_oidc_device": "/uc/accounts/login/",
    }
    for cookie in person.cookies.values():
        assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)
        assert not cookie["domain"]


def is_signed_in(session_key: str) -> bool:
    browser = flow.browser()
    browser.cookies["wiki_oidc_session"] = session_key
    return browser.get("/uc/").status_code == 200


def enter(person: Client, username: str) -> None:
    form = {"username": username, "password": flow.PASSWORD}
    assert person.post("/uc/accounts/login/", form).status_code == 303


@pytest.mark.usefixtures("alice")
def test_a_session_that_somebody_else_began_is_not_signed_in() -> None:
    person = flow.backend()
    begun = person.session  # in the database, under a key that its maker knows
    begun["theirs"] = True
    begun.save()
    planted = str(begun.session_key)

    enter(person, "alice")

    assert person.cookies["wiki_oidc_session"].value != planted
    assert is_signed_in(person.cookies["wiki_oidc_session"].value)
    assert not is_signed_in(planted)


@pytest.mark.usefixtures("alice")
def test_a_key_that_somebody_else_made_up_is_not_signed_in() -> None:
    person, key = flow.backend(), "chosen-by-somebody-else-0000000"
    person.cookies["wiki_oidc_session"] = key

    enter(person, "alice")

    assert not is_signed_in(key)
    assert is_signed_in(person.cookies["wiki_oidc_session"].value)


def test_signing_in_as_another_leaves_nothing_of_the_one_before(alice: Any) -> None:
    flow.make_user("bob")
    person = flow.backend()
    person.force_login(alice)
    before = person.session
    before["hers"] = True
    before.save()

    enter(person, "bob")

    assert not is_signed_in(str(before.session_key))
    assert "hers" not in person.session


def test_a_new_session_begins_when_the_password_changes(alice: Any) -> None:
    person, new = flow.backend(), "another-good-password"
    person.force_login(alice)
    before = person.cookies["wiki_oidc_session"].value
    form = {"old_password": flow.PASSWORD, "new_password1": new, "new_password2": new}

    person.post("/uc/accounts/password/", form)

    assert not is_signed_in(before)
    assert is_signed_in(person.cookies["wiki_oidc_session"].value)


@pytest.mark.usefixtures("alice")
def test_what_protects_forms_is_new_after_a_sign_in() -> None:
    person = flow.browser()
    before = person.get("/uc/accounts/login/").context["csrf_token"]
    planted = person.cookies["wiki_oidc_csrf"].value
    form = {"username": "alice", "password": flow.PASSWORD, "csrfmiddlewaretoken": before}

    person.post("/uc/accounts/login/", form)

    assert person.cookies["wiki_oidc_csrf"].value != planted
    assert person.post("/uc/accounts/logout/", {"csrfmiddlewaretoken": before}).status_code == 403


@pytest.mark.parametrize("password", ["wrong", flow.PASSWORD])
def test_a_refused_sign_in_does_not_tell_why(alice: Any, password: str) -> None:
    if password == flow.PASSWORD:
        alice.is_active = False
        alice.save()
    visitor = flow.backend()

    known = visitor.post("/uc/accounts/login/", {"username": "alice", "password": password})
    unknown = visitor.post("/uc/accounts/login/", {"username": "nobody", "password": password})

    assert known.context["form"].errors == unknown.context["form"].errors


@pytest.mark.usefixtures("alice")
def test_sign_in_leads_to_no_other_site() -> None:
    visitor = flow.backend()

    answer = visitor.post(
        "/uc/accounts/login/",
        {"username": "alice", "password": flow.PASSWORD, "next": "https://elsewhere.example/"},
    )

    assert answer.headers["Location"] == "/uc/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proto", "origin", "status"),
    [
        ("http", "http://wiki.localhost:8888", 200),
        ("https", "https://wiki.localhost:8888", 200),
        ("http", "http://elsewhere.example", 403),
        ("http", "null", 403),
    ],
)
def test_forms_are_taken_from_the_public_address_only(proto: str, origin: str, status: int) -> None:
    visitor = flow.browser()
    token = visitor.get("/uc/accounts/login/").context["csrf_token"]

    answer = visitor.post(
        "/uc/accounts/login/",
        {"username": "a", "password": "b", "csrfmiddlewaretoken": token},
        headers={"origin": origin, "x-forwarded-proto": proto},
    )

    assert answer.status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("wiki.localhost:8888", 200),
        ("oidc:8000", 200),
        ("127.0.0.1:8000", 200),
        ("localhost", 400),
        ("x.wiki.localhost", 400),
        ("elsewhere.example", 400),
    ],
)
def test_only_known_hosts_are_answered(settings: Any, host: str, status: int) -> None:
    settings.ALLOWED_HOSTS = [name for name in settings.ALLOWED_HOSTS if name != "testserver"]

    assert Client(headers={"host": host}).get("/uc/accounts/login/").status_code == status


def test_the_home_page_tells_who_one_is_and_where_to_go(desk: Client, alice: Any) -> None:
    of_admin = desk.get("/uc/").content.decode()
    of_alice = flow.signed_in(alice).get("/uc/").content.decode()

    assert "Alice Example" in of_alice
    assert f'href="{flow.WIKI}"' in of_alice
    assert "/uc/admin/" in of_admin
    assert "/uc/admin/" not in of_alice


def test_whoever_is_signed_in_sees_no_sign_in_page(alice: Any) -> None:
    assert flow.signed_in(alice).get("/uc/accounts/login/").headers["Location"] == "/uc/"


def test_signing_out_takes_a_form(alice: Any) -> None:
    person = flow.signed_in(alice)
    token = person.get("/uc/").context["csrf_token"]

    assert person.get("/uc/accounts/logout/").status_code == 405
    answer = person.post("/uc/accounts/logout/", {"csrfmiddlewaretoken": token})

    assert "You are signed out" in answer.content.decode()
    assert person.get("/uc/").status_code == 302


@pytest.mark.django_db
def test_an_error_page_has_its_status_and_tells_no_detail(monkeypatch: Any) -> None:
    visitor = flow.browser()
    visitor.raise_request_exception = False

    missing = visitor.get("/uc/missing")
    forged = visitor.post("/uc/accounts/login/", {})
    monkeypatch.setattr("oidc_server.accounts.views.LoginView.get", lambda *_: 1 / 0)
    broken = visitor.get("/uc/accounts/login/")

    assert (missing.status_code, forged.status_code, broken.status_code) == (404, 403, 500)
    for page in (missing, forged, broken):
        assert flow.WIKI in page.content.decode()
        assert "division" not in page.content.decode()


@pytest.mark.django_db
def test_only_an_error_of_ours_is_told_with_a_traceback(monkeypatch: Any) -> None:
    (stderr,) = (one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    monkeypatch.setattr(stderr, "stream", io.StringIO())
    visitor = flow.browser()
    visitor.raise_request_exception = False
    visitor.post("/uc/oauth/token", {"a": "b" * 300_000})
    told_of_theirs = stderr.stream.getvalue()

    monkeypatch.setattr("oidc_server.accounts.views.LoginView.get", lambda *_: 1 / 0)
    visitor.get("/uc/accounts/login/")

    told_of_ours = stderr.stream.getvalue().removeprefix(told_of_theirs)
    assert told_of_theirs.count("\n") == 1
    assert " ERROR " in told_of_ours
    assert "ZeroDivisionError" in told_of_ours


@pytest.mark.parametrize(("proto", "secure"), [("https", True), ("http", False), ("HTTPS", False)])
def test_the_gateways_word_for_the_scheme_counts(proto: str, secure: bool) -> None:
    request = RequestFactory(headers={"host": "oidc", "x-forwarded-proto": proto}).get("/uc/")

    assert request.is_secure() is secure


def test_debug_is_off() -> None:
    assert settings.DEBUG is False


def test_no_browser_sends_a_form_on(alice: Any) -> None:
    """RFC 9700, section 4.12."""
    person = flow.browser()
    page = person.get("/uc/accounts/login/")

    answer = person.post(
        "/uc/accounts/login/",
        {
            "username": alice.username,
            "password": flow.PASSWORD,
            "csrfmiddlewaretoken": page.context["csrf_token"],
        },
    )

    assert answer.status_code == 303
