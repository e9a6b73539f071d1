"""One-time links: whoever has one sets a password and is in; nothing else does."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from oidc_server.accounts import limits, links
from oidc_server.accounts.bootstrap import ensure_administrator
from oidc_server.accounts.cleaning import clean_up
from oidc_server.accounts.models import Link, Purpose, User
from oidc_server.audit.models import Event, Kind
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import Cluster

NEW = "another-good-password"
PAGE = "/uc/accounts/link/"
HERE = "192.0.2.1"
BOTH = [Purpose.INVITATION, Purpose.ADMIN]


def link_for(user: Any, purpose: Purpose = Purpose.INVITATION) -> str:
    """What a browser asks the provider for."""
    return links.make(user, purpose, by="a test").address.removeprefix(flow.WIKI)


def secret_in(address: str) -> str:
    return address.rpartition("=")[2]


def opened(address: str, browser: Client | None = None) -> Any:
    return (browser or flow.backend()).get(address, follow=True, REMOTE_ADDR=HERE)


def send(secret: str, password: str = NEW, *, browser: Client | None = None, **more: str) -> Any:
    form = {"key": secret, "new_password1": password, "new_password2": password, **more}
    return (browser or flow.backend()).post(PAGE, form, REMOTE_ADDR=HERE)


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def secret(alice: Any) -> str:
    return secret_in(link_for(alice))


def test_a_link_leads_to_a_new_password_and_in(alice: Any) -> None:
    browser = flow.browser()

    page = opened(link_for(alice), browser)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    done = send(browser=browser, secret=hidden.pop("key"), **hidden)

    assert "alice@example.com" in page.content.decode()
    assert (done.status_code, done.headers["Location"]) == (303, "/uc/")
    assert browser.get("/uc/").context["user"] == alice
    alice.refresh_from_db()
    assert alice.check_password(NEW)


@pytest.mark.django_db
def test_the_database_holds_a_digest_of_256_random_bits(alice: Any) -> None:
    secret = secret_in(link_for(alice))

    assert len(secret) == 43
    assert not any(secret in str(value) for row in Link.objects.values_list() for value in row)
    assert re.fullmatch("[0-9a-f]{64}", Link.objects.get().digest)


def test_it_is_asked_for_without_the_secret_and_kept_nowhere(alice: Any) -> None:
    address = link_for(alice)
    browser = flow.browser()

    moved: Any = browser.get(address)
    page: Any = browser.get(moved.headers["Location"])

    assert (moved.status_code, moved.headers["Location"]) == (302, PAGE)
    cookie = moved.cookies["wiki_oidc_link"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (PAGE, True, "Lax")
    for answer in (moved, page):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_opening_it_changes_nothing(alice: Any) -> None:
    address = link_for(alice)
    before = Link.objects.values().get(), Session.objects.count(), kinds()

    for _ in range(3):
        assert opened(address).status_code == 200
        flow.backend().head(address, follow=True)

    assert (Link.objects.values().get(), Session.objects.count(), kinds()) == before
    assert send(secret_in(address)).status_code == 303


def test_another_sites_form_counts_for_nothing(secret: str) -> None:
    assert send(secret, browser=flow.browser()).status_code == 403

    assert send(secret).status_code == 303


def test_it_works_once(secret: str) -> None:
    send(secret)

    assert send(secret, "yet-another-password").status_code == 410
    assert flow.backend().login(username="alice", password=NEW)


@pytest.mark.parametrize(
    ("purpose", "life"),
    [(Purpose.INVITATION, timedelta(days=7)), (Purpose.ADMIN, timedelta(hours=1))],
)
def test_it_works_for_its_time(
    admin_user: Any, wait: flow.Wait, purpose: Purpose, life: timedelta
) -> None:
    address = link_for(admin_user, purpose)

    wait(life.total_seconds() - 5)
    assert opened(address).status_code == 200
    wait(10)
    assert opened(address).status_code == 410
    assert send(secret_in(address)).status_code == 410


def test_a_newer_one_for_the_same_purpose_ends_it(admin_user: Any) -> None:
    first, other = link_for(admin_user), link_for(admin_user, Purpose.ADMIN)
    second = link_for(admin_user)

    assert opened(first).status_code == 410
    assert [opened(one).status_code for one in (second, other)] == [200, 200]


@pytest.mark.parametrize("purpose", BOTH)
def test_a_new_password_ends_it(admin_user: Any, purpose: Purpose) -> None:
    address = link_for(admin_user, purpose)
    form = {"old_password": flow.PASSWORD, "new_password1": NEW, "new_password2": NEW}
    browser = flow.backend()
    browser.force_login(admin_user)

    assert browser.post("/uc/accounts/password/", form).status_code == 303

    assert opened(address).status_code == 410


@pytest.mark.parametrize("purpose", BOTH)
def test_a_password_from_the_admin_or_the_configuration_ends_it(
    admin_user: Any, purpose: Purpose
) -> None:
    desk = flow.backend()
    desk.force_login(flow.make_user("boss", is_superuser=True))
    first = link_for(admin_user, purpose)
    passwords = {"password1": NEW, "password2": NEW}
    desk.post(f"/uc/admin/accounts/user/{admin_user.pk}/password/", passwords)
    second = link_for(admin_user, purpose)
    ensure_administrator("root", "root@example.com", NEW)

    assert [opened(one).status_code for one in (first, second)] == [410, 410]


@pytest.mark.parametrize("purpose", BOTH)
def test_turning_off_ends_it_for_good(admin_user: Any, purpose: Purpose) -> None:
    address = link_for(admin_user, purpose)
    desk = flow.backend()
    desk.force_login(flow.make_user("boss", is_superuser=True))
    chosen = {"_selected_action": [admin_user.pk]}

    desk.post("/uc/admin/accounts/user/", {"action": "turn_off", **chosen})
    off = opened(address).status_code
    desk.post("/uc/admin/accounts/user/", {"action": "turn_on", **chosen})

    assert User.objects.get(pk=admin_user.pk).is_active
    assert (off, opened(address).status_code) == (410, 410)


def test_a_sign_in_and_another_name_end_nothing(alice: Any) -> None:
    address = link_for(alice)

    assert flow.backend().login(username="alice", password=flow.PASSWORD)
    alice.name = "Alice Other"
    alice.save()

    assert opened(address).status_code == 200


def test_an_admin_link_turns_the_account_on(admin_user: Any) -> None:
    admin_user.is_active = False
    admin_user.save()
    browser = flow.backend()

    assert send(secret_in(link_for(admin_user, Purpose.ADMIN)), browser=browser).status_code == 303

    assert browser.get("/uc/admin/").status_code == 200
    assert "user turned on" in kinds()


def test_an_admin_link_ends_with_being_an_administrator(admin_user: Any) -> None:
    address = link_for(admin_user, Purpose.ADMIN)
    User.objects.update(is_superuser=False)

    assert opened(address).status_code == 410


def test_an_invitation_does_not_turn_an_account_on(alice: Any) -> None:
    User.objects.update(is_active=False)

    assert send(secret_in(link_for(alice))).status_code == 410


def test_wrong_used_and_expired_links_are_answered_alike(alice: Any, wait: flow.Wait) -> None:
    expired = link_for(alice)
    wait(8 * 24 * 60 * 60)
    flow.make_user("bob")
    used = link_for(User.objects.get(username="bob"))
    send(secret_in(used))
    wrong = f"{PAGE}?key={'x' * 43}"

    pages = [opened(one) for one in (wrong, used, expired, f"{PAGE}?key=", f"{PAGE}?key=%00%ff")]
    pages += [send(secret_in(one)) for one in (wrong, used, expired)]

    assert {page.status_code for page in pages} == {410}
    assert len({page.content for page in pages}) == 1
    assert "Ask whoever runs this wiki for another one." in pages[0].content.decode()


def test_a_link_that_is_cut_off_does_not_open_the_one_before(alice: Any) -> None:
    browser = flow.backend()
    address = link_for(alice)
    opened(address, browser)

    assert opened(address[:-1], browser).status_code == 410


def test_of_two_links_in_two_tabs_each_opens_its_account(alice: Any) -> None:
    bob = flow.make_user("bob")
    browser = flow.backend()
    first, second = link_for(alice), link_for(bob)
    opened(first, browser)
    opened(second, browser)

    send(secret_in(first), browser=browser)

    assert browser.get("/uc/").context["user"] == alice


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"new_password2": "something-else-entirely"}, "match"),
        ({"new_password1": "short", "new_password2": "short"}, "too short"),
        ({"new_password1": "alice@example.com", "new_password2": "alice@example.com"}, "similar"),
        ({"new_password1": "", "new_password2": ""}, "required"),
    ],
)
def test_a_password_that_is_refused_leaves_the_link(
    secret: str, form: dict[str, str], reason: str
) -> None:
    refused = send(secret, browser=None, **form)

    assert refused.status_code == 200
    assert reason in refused.content.decode()
    assert Link.objects.get().used_at is None
    assert send(secret).status_code == 303


def test_whoever_used_the_browser_before_is_signed_out(alice: Any, secret: str) -> None:
    browser = flow.backend()
    browser.force_login(flow.make_user("bob"))
    before = browser.cookies["wiki_oidc_session"].value
    session = browser.session
    session["left"] = "by bob"
    session.save()

    notice = opened(link_for(alice), browser).content.decode()
    done: HttpResponseBase = send(secret_in_page(notice), browser=browser)

    assert "You are signed in as <strong>bob</strong>" in notice
    assert done.cookies["wiki_oidc_session"].value != before
    assert done.cookies["wiki_oidc_link"].value == ""
    assert browser.get("/uc/").context["user"] == alice
    assert "left" not in browser.session
    assert secret  # made first, and ended by the one that was opened


def test_a_session_that_somebody_else_began_is_not_signed_in(secret: str) -> None:
    browser = flow.backend()
    session = browser.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    browser.cookies["wiki_oidc_session"] = planted

    done = send(secret, browser=browser)

    thief = flow.backend()
    thief.cookies["wiki_oidc_session"] = planted
    assert done.cookies["wiki_oidc_session"].value != planted
    assert thief.get("/uc/").status_code == 302


def secret_in_page(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_other_sessions_of_the_user_end(alice: Any, secret: str) -> None:
    elsewhere = flow.signed_in(alice)

    send(secret)

    assert elsewhere.get("/uc/").status_code == 302


def test_the_browser_is_known_from_then_on(secret: str) -> None:
    assert "wiki_oidc_device" in send(secret).cookies


def test_guessing_is_limited_by_the_address(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINK", limits.Limit(3, timedelta(minutes=15)))
    address = link_for(alice)

    statuses = [send("x" * 43).status_code for _ in range(4)]
    blocked = opened(address)

    assert statuses == [410, 410, 410, 429]
    assert kinds()[-2:] == ["link blocked", "link blocked"]
    assert blocked.status_code == 429
    assert int(blocked.headers["Retry-After"]) > 800
    assert flow.backend().get(address, follow=True, REMOTE_ADDR="198.51.100.2").status_code == 200


def test_opening_ones_own_link_often_is_no_guessing(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINK", limits.Limit(3, timedelta(minutes=15)))
    address = link_for(alice)

    assert [opened(address).status_code for _ in range(5)] == [200] * 5


def test_who_is_blocked_for_wrong_passwords_is_let_in_by_a_link(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AT_ADDRESS", "ADDRESS"):
        monkeypatch.setattr(limits, name, limits.Limit(1, timedelta(minutes=15)))
    login = {"username": "alice", "password": "wrong"}
    refused = [
        flow.backend().post("/uc/accounts/login/", login, REMOTE_ADDR=HERE).status_code
        for _ in range(2)
    ]

    assert refused == [200, 429]
    assert send(secret_in(link_for(alice))).status_code == 303


def test_every_step_is_told_without_the_secret(alice: Any, capfd: Any) -> None:
    secret = secret_in(link_for(alice))
    send(secret)
    send(secret)

    told = [Kind.LINK_MADE, Kind.LINK_USED, Kind.PASSWORD_CHANGED, Kind.SIGN_IN_ACCEPTED]
    assert kinds() == [*told, Kind.LINK_REFUSED]
    events = Event.objects.order_by("pk")
    assert {event.subject for event in events} == {alice.sub}
    assert {event.address for event in events[1:]} == {HERE}
    assert events[0].details == {"by": "a test", "purpose": "invitation"}
    assert not any(secret in str(row) for row in Event.objects.values_list())
    assert secret not in "".join(capfd.readouterr())


def test_links_go_when_they_have_expired_and_not_before(alice: Any) -> None:
    link_for(alice)
    link_for(flow.make_user("bob"))
    Link.objects.filter(user=alice).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert clean_up()["links"] == 1

    assert Link.objects.get().user.username == "bob"


def test_of_two_requests_at_once_one_gets_in(postgresql: Cluster | None, tmp_path: Path) -> None:
    variables = running.fresh(postgresql, tmp_path)
    running.command("init", variables=variables)
    made = running.command("admin_link", variables=variables).stdout.splitlines()[-1]
    path = made.removeprefix(variables["SITE_URL"])
    count = 4
    with (
        running.serve(variables, running.port_of(variables), tmp_path / "log") as provider,
        ThreadPoolExecutor(count) as people,
    ):
        start = Barrier(count)

        def use(number: int) -> tuple[int, str]:
            password = f"good-password-of-{number}"
            with provider.browser() as browser:
                page = browser.get(path, follow_redirects=True).text
                form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
                form |= {"new_password1": password, "new_password2": password}
                start.wait()
                answer = browser.post(PAGE, data=form, headers={"origin": provider.address})
                return answer.status_code, password

        answers = sorted(people.map(use, range(count)))
        _, winner = answers[0]
        with provider.browser() as browser:
            login = "/uc/accounts/login/"
            in_again = running.submit(browser, login, username="admin", password=winner)

    assert [status for status, _ in answers] == [303, 410, 410, 410]
    assert in_again.status_code == 303
    assert httpx.URL(made).params["key"] not in (tmp_path / "log").read_text()


@pytest.mark.django_db
def test_what_is_looked_up_is_indexed() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Link._meta.db_table)  # noqa: SLF001 - documented

    first = {one["columns"][0] for one in found.values() if one["index"] or one["unique"]}
    assert {"digest", "expires_at", "user_id"} <= first
