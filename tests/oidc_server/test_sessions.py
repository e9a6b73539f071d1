"""Sessions in the database: whoever reads it can't sign in by what is there."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from oidc_server.sessions import SessionStore
from tests.oidc_server import flow

COOKIE = settings.SESSION_COOKIE_NAME


def is_signed_in(browser: Client) -> bool:
    return browser.get("/uc/").status_code == 200


def key_of(browser: Client) -> str:
    return browser.cookies[COOKIE].value


def with_key(key: str) -> Client:
    browser = flow.browser()
    browser.cookies[COOKIE] = key
    return browser


def test_a_key_from_the_browser_opens_its_session(alice: Any) -> None:
    assert is_signed_in(with_key(key_of(flow.signed_in(alice))))


def test_what_the_database_holds_opens_no_session(alice: Any) -> None:
    browser = flow.signed_in(alice)

    (kept,) = Session.objects.values_list("session_key", flat=True)

    assert kept != key_of(browser)
    assert not is_signed_in(with_key(kept))


def test_a_session_that_lies_under_its_own_key_opens_nothing(alice: Any) -> None:
    """Such as one from before, or one that somebody has written there by hand."""
    key = key_of(flow.signed_in(alice))
    kept = Session.objects.get()
    kept.session_key = "in-clear-in-clear-in-clear-in-cl"
    kept.save()
    Session.objects.exclude(pk=kept.pk).delete()

    assert not is_signed_in(with_key(kept.session_key))
    assert not is_signed_in(with_key(key))


def test_a_browser_does_not_choose_the_key_of_its_session(alice: Any) -> None:
    browser = with_key("chosen-by-somebody-else-long-ago")

    browser.force_login(alice)

    assert is_signed_in(browser)
    assert key_of(browser) != "chosen-by-somebody-else-long-ago"


def test_a_new_key_ends_the_one_before(alice: Any) -> None:
    before = key_of(flow.signed_in(alice))
    session = SessionStore(before)

    session.cycle_key()

    assert session.session_key is not None
    assert is_signed_in(with_key(session.session_key))
    assert not is_signed_in(with_key(before))


def test_signing_out_deletes_the_session(alice: Any) -> None:
    browser = flow.signed_in(alice)

    browser.logout()

    assert not Session.objects.exists()


def test_an_expired_session_opens_nothing_and_is_cleared(alice: Any) -> None:
    browser, stays = flow.signed_in(alice), flow.signed_in(alice)
    end = timezone.now() - timedelta(seconds=1)
    first = Session.objects.order_by("expire_date").first()
    assert first is not None
    Session.objects.filter(pk=first.pk).update(expire_date=end)

    call_command("clearsessions")

    assert not is_signed_in(browser)
    assert is_signed_in(stays)
    assert Session.objects.count() == 1


def test_any_bytes_in_the_cookie_are_no_session(alice: Any) -> None:
    del alice
    for value in ('"\\000\\000\\000\\000\\000\\000\\000\\000"', "\xff" * 40, "k" * 5000, "short"):
        assert not is_signed_in(with_key(value))
