"""Guessing passwords is limited, and nobody is locked out by somebody else's guesses."""

import io
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oidc_server.accounts import limits
from oidc_server.accounts.bootstrap import ensure_administrator
from oidc_server.accounts.cleaning import clean_up
from oidc_server.accounts.hashers import LightArgon2PasswordHasher
from oidc_server.accounts.models import Failures
from oidc_server.audit.models import Event, Kind
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import Cluster, free_port

WRONG, NEW = "no-such-password", "another-good-password"
LOGIN = "/uc/accounts/login/"
PASSWORD_PAGE = "/uc/accounts/password/"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.2"
USERS = "/uc/admin/accounts/user/"


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests take less time; the figures themselves are no behaviour."""
    for name in ("AT_ADDRESS", "DEVICE", "SIGNED_IN"):
        monkeypatch.setattr(limits, name, limits.Limit(3, timedelta(minutes=15)))
    monkeypatch.setattr(limits, "ACCOUNT", limits.Limit(5, timedelta(minutes=60)))
    monkeypatch.setattr(limits, "ADDRESS", limits.Limit(8, timedelta(minutes=15)))


def attempt(
    name: str = "alice",
    password: str = WRONG,
    *,
    at: str = HERE,
    browser: Client | None = None,
) -> Any:
    form = {"username": name, "password": password}
    return (browser or flow.backend()).post(LOGIN, form, REMOTE_ADDR=at)


def attempts(count: int, name: str = "alice", **more: Any) -> list[int]:
    return [attempt(name, **more).status_code for _ in range(count)]


def right(name: str = "alice", **more: Any) -> int:
    """The status of an attempt with the right password: 303 is in, 429 is blocked."""
    status: int = attempt(name, flow.PASSWORD, **more).status_code
    return status


def known_browser(name: str = "alice") -> Client:
    """One that signed in to this account some time ago."""
    browser = flow.backend()
    assert right(name, browser=browser, at="203.0.113.3") == 303
    del browser.cookies["wiki_oidc_session"]
    return browser


@pytest.mark.usefixtures("alice")
def test_wrong_passwords_block_the_account_for_their_address() -> None:
    assert attempts(4) == [200, 200, 200, 429]

    assert right() == 429


@pytest.mark.usefixtures("alice")
def test_who_is_blocked_is_told_when_to_try_again() -> None:
    attempts(3)

    refused = attempt()

    assert 800 < int(refused.headers["Retry-After"]) <= 900
    assert "Try again in 15 minutes." in refused.content.decode()
    assert "no-store" in refused.headers["Cache-Control"]


def test_it_is_recorded_with_the_account_that_it_was_about(alice: Any) -> None:
    attempts(4)
    attempts(4, "nobody", at=ELSEWHERE)

    events = Event.objects.filter(kind=Kind.SIGN_IN_BLOCKED).values_list("subject", "address")

    assert sorted(events) == [("", ELSEWHERE), (alice.sub, HERE)]


def test_the_way_back_from_there_still_leads_to_the_wiki(alice: Any) -> None:
    attempts(3)
    to_login = flow.authorize(flow.backend()).headers["Location"]
    form = {"username": alice.username, "password": flow.PASSWORD}

    refused = flow.backend().post(to_login, form, REMOTE_ADDR=HERE).content.decode()
    again = re.search(r'href="(/uc/accounts/login/[^"]+)"', refused)

    assert again
    assert "next=" in again[1]


@pytest.mark.usefixtures("alice")
def test_no_password_is_checked_of_who_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts(3)
    checked = count_checks(monkeypatch)

    assert right() == 429

    assert checked == []


@pytest.mark.usefixtures("alice")
def test_others_at_the_same_address_are_not_held_up() -> None:
    flow.make_user("bob")
    attempts(4)

    assert right("bob") == 303


@pytest.mark.usefixtures("alice")
def test_the_same_account_is_not_held_up_elsewhere() -> None:
    attempts(4)

    assert right(at=ELSEWHERE) == 303


@pytest.mark.usefixtures("alice")
def test_an_account_has_one_limit_for_all_the_addresses_that_guess_at_it() -> None:
    statuses = [attempt(at=f"198.51.100.{host}").status_code for host in range(6)]

    assert statuses == [200, 200, 200, 200, 200, 429]
    assert right(at="198.51.100.9") == 429


@pytest.mark.usefixtures("wiki")
def test_an_address_has_one_limit_for_all_the_accounts_it_guesses_at() -> None:
    statuses = [attempt(f"person-{number}").status_code for number in range(9)]

    assert statuses == [200] * 8 + [429]
    assert attempt("person-10", at=ELSEWHERE).status_code == 200


@pytest.mark.usefixtures("alice")
def test_what_was_blocked_is_not_counted_further() -> None:
    attempts(8)

    assert right(at=ELSEWHERE) == 303
    assert attempt("somebody").status_code == 200


@pytest.mark.usefixtures("alice")
def test_a_browser_that_signed_in_before_is_not_locked_out_from_outside() -> None:
    browser = known_browser()
    for host in range(6):
        attempt(at=f"198.51.100.{host}")

    assert right(at=HERE) == 429
    assert right(at=HERE, browser=browser) == 303


@pytest.mark.usefixtures("alice")
def test_nor_by_a_colleague_at_the_same_address() -> None:
    browser = known_browser()
    for number in range(9):
        attempt(f"person-{number}")
    attempts(4)

    assert right(browser=browser) == 303


@pytest.mark.usefixtures("alice")
def test_a_browser_that_signed_in_before_is_counted_by_itself() -> None:
    browser, other = known_browser(), known_browser()

    assert attempts(4, browser=browser) == [200, 200, 200, 429]

    assert right(browser=browser, at=ELSEWHERE) == 429
    assert right(browser=other) == 303
    assert right() == 303


def test_it_is_known_by_whatever_name_the_account_goes_today(alice: Any) -> None:
    browser = known_browser()
    alice.username, alice.email = "alicia", "alicia@example.com"
    alice.save()
    attempts(4, "alicia")

    assert right("alicia", browser=browser) == 303
    assert right("Alicia@example.com", browser=browser) == 303


@pytest.mark.usefixtures("alice")
def test_a_browser_is_known_at_each_account_that_it_signed_in_to_and_no_other() -> None:
    for name in ("bob", "carol"):
        flow.make_user(name)
    browser = known_browser()
    assert right("bob", browser=browser) == 303
    for name in ("alice", "bob", "carol"):
        attempts(4, name, at=ELSEWHERE)

    assert [right(name, browser=browser, at=ELSEWHERE) for name in ("alice", "bob", "carol")] == [
        303,
        303,
        429,
    ]


@pytest.mark.usefixtures("alice")
def test_a_browser_keeps_the_accounts_it_signed_in_to_last() -> None:
    browser = known_browser()
    for number in range(10):
        flow.make_user(f"person-{number}")
        assert right(f"person-{number}", browser=browser) == 303
    for name in ("alice", "person-0"):
        attempts(4, name, at=ELSEWHERE)

    assert right("person-0", browser=browser, at=ELSEWHERE) == 303
    assert right("alice", browser=browser, at=ELSEWHERE) == 429
    assert len(browser.cookies["wiki_oidc_device"].value) < 500


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        lambda value: value.partition(":")[0],
        lambda value: "0" + value[1:] if value[0] != "0" else "1" + value[1:],
        lambda _: "",
        lambda _: "ü\x00:::",
    ],
)
def test_a_made_up_cookie_is_worth_nothing(change: Callable[[str], str]) -> None:
    browser = known_browser()
    browser.cookies["wiki_oidc_device"] = change(browser.cookies["wiki_oidc_device"].value)
    attempts(4)

    assert right(browser=browser) == 429


def test_the_cookie_is_the_sign_in_pages_own_and_names_nobody(alice: Any) -> None:
    cookie = known_browser().cookies["wiki_oidc_device"]

    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (LOGIN, "Lax", True)
    assert not cookie["domain"]
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    assert alice.sub not in cookie.value
    assert alice.username not in cookie.value


@pytest.mark.usefixtures("alice")
def test_of_ipv6_a_person_has_64_bits() -> None:
    statuses = [attempt(at=f"2001:db8:1:2::{host}").status_code for host in range(1, 5)]

    assert statuses == [200, 200, 200, 429]
    assert right(at="2001:db8:1:2:ffff::1") == 429
    assert right(at="2001:db8:1:3::1") == 303


@pytest.mark.usefixtures("alice")
def test_a_success_ends_what_was_counted_there() -> None:
    attempts(2)
    attempts(2, "Alice@example.com")

    assert right() == 303

    assert attempts(4) == [200, 200, 200, 429]
    assert attempts(1, "alice@example.com") == [200]


@pytest.mark.usefixtures("alice")
def test_successes_do_not_add_up() -> None:
    assert [right() for _ in range(12)] == [303] * 12


@pytest.mark.usefixtures("alice")
def test_ones_own_success_does_not_let_one_go_on_guessing_at_others() -> None:
    flow.make_user("mallory")
    statuses = []
    for _ in range(4):
        statuses.append(attempt().status_code)
        right("mallory")

    assert statuses == [200, 200, 200, 429]


@pytest.mark.usefixtures("alice")
def test_it_is_over_when_the_window_ends() -> None:
    attempts(4)
    Failures.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert attempts(4) == [200, 200, 200, 429]


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("name", ["alice", "ALICE", " alice", "\uff41lice"])
def test_no_way_of_writing_a_name_is_another_account(name: str) -> None:
    attempts(3)

    assert attempt(name).status_code == 429


def without_secrets(page: Any, name: str) -> str:
    text = page.content.decode().replace(name, "NAME")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


@pytest.mark.parametrize("kind", ["missing", "missing@example.com", "turned-off", "no-password"])
def test_all_accounts_are_answered_alike_before_and_after(alice: Any, kind: str) -> None:
    if kind == "turned-off":
        flow.make_user(kind, is_active=False)
    if kind == "no-password":
        flow.make_user(kind, password=None)

    for _ in range(5):
        known, other = attempt(alice.username), attempt(kind, flow.PASSWORD, at=ELSEWHERE)

        assert known.status_code == other.status_code
        assert without_secrets(known, alice.username) == without_secrets(other, kind)
        retries = [int(page.headers.get("Retry-After", 0)) for page in (known, other)]
        assert abs(retries[0] - retries[1]) <= 2


@pytest.mark.usefixtures("alice")
def test_a_username_that_is_blocked_tells_nothing_of_the_address_it_has() -> None:
    attempts(4)

    assert attempt("alice@example.com").status_code == 200


def count_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows by one with each computation of Argon2."""
    done: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(LightArgon2PasswordHasher, name)

        def counted(*arguments: Any, original: Any = original, name: str = name) -> Any:
            done.append(name)
            return original(*arguments)

        monkeypatch.setattr(LightArgon2PasswordHasher, name, counted)
    return done


@pytest.mark.usefixtures("alice")
def test_every_refusal_takes_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    flow.make_user("turned-off", is_active=False)
    attempt("first")  # makes what later ones share
    checked = count_checks(monkeypatch)
    seen: list[tuple[str, ...]] = []
    for name in ("alice", "alice@example.com", "nobody", "nobody@example.com", "turned-off"):
        checked.clear()
        with CaptureQueriesContext(connection) as ran:
            attempt(name, at=f"198.51.100.{len(seen)}")
        seen.append((*checked, *(one["sql"].split("WHERE")[0][:60] for one in ran)))

    assert seen[0].count("verify") == 1
    # By username, by address.
    assert (set(seen[0::2]), set(seen[1::2])) == ({seen[0]}, {seen[1]})


@pytest.mark.usefixtures("alice")
def test_what_was_typed_is_not_in_the_table() -> None:
    attempts(1, "my-password-in-the-wrong-field")

    rows = [str(value) for row in Failures.objects.values_list() for value in row]
    assert len(Failures.objects.all()) == 3
    assert not any("password" in value or HERE in value for value in rows)


def change_password(browser: Client, old: str, again: str = NEW) -> Any:
    form = {"old_password": old, "new_password1": NEW, "new_password2": again}
    return browser.post(PASSWORD_PAGE, form)


def test_the_old_password_can_not_be_guessed_in_an_open_session(alice: Any) -> None:
    browser = flow.backend()
    browser.force_login(alice)

    statuses = [change_password(browser, WRONG).status_code for _ in range(4)]
    refused = change_password(browser, flow.PASSWORD)

    assert statuses == [200, 200, 200, 429]
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 800
    assert f'href="{PASSWORD_PAGE}"' in refused.content.decode()
    assert right() == 303


def test_a_blocked_password_change_is_told_as_that(alice: Any) -> None:
    browser = flow.backend()
    browser.force_login(alice)
    for _ in range(3):
        change_password(browser, WRONG)
    before = Event.objects.count()

    change_password(browser, flow.PASSWORD)

    told = Event.objects.order_by("pk")[before:].values_list("kind", "subject")
    assert list(told) == [("password change blocked", alice.sub)]


def test_the_right_old_password_counts_for_nothing(alice: Any) -> None:
    browser = flow.backend()
    browser.force_login(alice)
    change_password(browser, WRONG)

    mistyped = [change_password(browser, flow.PASSWORD, "mistyped").status_code for _ in range(4)]

    assert mistyped == [200] * 4
    assert not Failures.objects.filter(count__gt=0).exists()
    assert change_password(browser, flow.PASSWORD).status_code == 303


@pytest.mark.usefixtures("alice")
def test_the_command_lets_in_one_user_by_either_name(capsys: Any) -> None:
    flow.make_user("bob")
    for name in ("alice", "bob"):
        attempts(4, name)

    call_command("unblock", "Alice@example.com")

    assert "Alice@example.com" in capsys.readouterr().out
    assert (right(), right("bob")) == (303, 429)


@pytest.mark.usefixtures("alice")
def test_the_command_lets_in_everybody(capsys: Any) -> None:
    for number in range(9):
        attempt(f"person-{number}")
    assert right() == 429

    call_command("unblock")

    assert "everybody" in capsys.readouterr().out
    assert right() == 303


def test_the_command_tells_whom_it_let_in_and_has_stdout_for_its_result(
    alice: Any, events: io.StringIO
) -> None:
    bob = flow.make_user("bob")
    before = Event.objects.count()

    call_command("unblock", "alice", "ALICE@example.com", "bob", stdout=io.StringIO())
    call_command("unblock", stdout=io.StringIO())

    by = {"by": "command line"}
    told = Event.objects.order_by("pk")[before:].values_list("kind", "subject", "details")
    assert list(told) == [
        ("sign-in unblocked", alice.sub, by),
        ("sign-in unblocked", bob.sub, by),
        ("sign-in unblocked", "", {**by, "everybody": True}),
    ]
    assert not events.getvalue()


@pytest.mark.usefixtures("alice")
def test_the_command_knows_no_such_user() -> None:
    attempts(4)

    with pytest.raises(CommandError, match="nobody"):
        call_command("unblock", "alice", "nobody")

    assert right() == 429


def test_an_administrator_lets_a_user_in(alice: Any, admin_user: Any) -> None:
    attempts(4)
    desk = flow.backend()
    desk.force_login(admin_user)

    answer = desk.post(
        USERS, {"action": "unblock", "_selected_action": [alice.pk]}, follow=True
    ).content.decode()

    assert "1 user may sign in again." in answer
    assert right() == 303


def test_a_new_password_from_an_administrator_works_at_once(alice: Any, admin_user: Any) -> None:
    attempts(4)
    desk = flow.backend()
    desk.force_login(admin_user)

    desk.post(f"{USERS}{alice.pk}/password/", {"password1": NEW, "password2": NEW})

    assert attempt("alice", NEW).status_code == 303


@pytest.mark.usefixtures("wiki")
def test_a_new_password_in_the_configuration_works_at_once() -> None:
    ensure_administrator("boss", "boss@example.com", flow.PASSWORD)
    attempts(4, "boss")

    ensure_administrator("boss", "boss@example.com", NEW)

    assert attempt("boss", NEW).status_code == 303


@pytest.mark.usefixtures("alice")
def test_what_is_cleaned_up_meanwhile_is_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt()
    Failures.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    add = limits._add  # noqa: SLF001 - the clean-up comes just before it

    def clean_up_first(*arguments: Any) -> bool:
        monkeypatch.setattr(limits, "_add", add)
        clean_up()
        return add(*arguments)

    monkeypatch.setattr(limits, "_add", clean_up_first)

    assert attempts(4) == [200, 200, 200, 429]


def test_attempts_at_once_do_not_pass_the_limit(postgresql: Cluster | None, tmp_path: Path) -> None:
    variables = running.fresh(postgresql, tmp_path)
    running.command("init", variables=variables)
    first, second = free_port(), free_port()
    with (
        running.serve(variables, first, tmp_path / "first") as one,
        running.serve(variables, second, tmp_path / "second") as other,
        ThreadPoolExecutor(16) as guessers,
    ):
        start = Barrier(16)

        def guess(number: int) -> int:
            with (one, other)[number % 2].browser(HERE) as browser:
                token = browser.get(LOGIN).cookies["running_oidc_csrf"]
                form = {"username": "admin", "password": "x", "csrfmiddlewaretoken": token}
                start.wait()
                return post(browser, form, one.address)

        statuses = Counter(guessers.map(guess, range(16)))

    assert statuses == {200: 10, 429: 6}


def post(browser: httpx.Client, form: dict[str, str], origin: str) -> int:
    return browser.post(LOGIN, data=form, headers={"origin": origin}).status_code
