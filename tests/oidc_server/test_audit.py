"""What happens is told: as a row that outlives whom it tells of, and as a line of JSON."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from oidc_server.accounts.bootstrap import ensure_administrator
from oidc_server.audit.admin import EventAdmin
from oidc_server.audit.models import Event, Kind
from oidc_server.audit.recording import record
from tests.oidc_server import flow

EVENTS = "/uc/admin/audit/event/"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The lines so far, parsed."""
    log = logging.getLogger("oidc_server.audit.recording")
    monkeypatch.setattr(log, "propagate", True)
    caplog.set_level(logging.INFO, log.name)
    return lambda: [json.loads(one.getMessage()) for one in caplog.records if one.name == log.name]


@pytest.mark.django_db
def test_an_event_is_a_row_and_a_line(lines: Any) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8::1")

    record(
        Kind.TOKENS_ISSUED, request=request, subject="a subject", client="outline", scope="openid"
    )

    (event,) = Event.objects.all()
    assert lines() == [
        {
            "at": event.at.isoformat(timespec="milliseconds"),
            "kind": "tokens issued",
            "address": "2001:db8::1",
            "subject": "a subject",
            "client_id": "outline",
            "details": {"scope": "openid"},
        }
    ]
    assert (event.kind, event.address, event.subject) == (
        "tokens issued",
        "2001:db8::1",
        "a subject",
    )
    assert (event.client_id, event.details) == ("outline", {"scope": "openid"})


@pytest.mark.django_db
def test_an_event_costs_one_statement() -> None:
    with CaptureQueriesContext(connection) as ran:
        record(Kind.KEY_ROTATED)

    assert len(ran) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind", [Kind.SIGN_IN_BLOCKED, Kind.PASSWORD_CHANGE_BLOCKED, Kind.CLIENT_REFUSED]
)
def test_what_anybody_can_repeat_does_not_fill_the_database(kind: Kind, lines: Any) -> None:
    for _ in range(12):
        record(kind)
        record(Kind.SIGN_IN_REFUSED)

    assert Event.objects.filter(kind=kind).count() == 10
    assert Event.objects.filter(kind=Kind.SIGN_IN_REFUSED).count() == 12
    assert [line["kind"] for line in lines()].count(kind.value) == 12


@pytest.mark.django_db
def test_after_a_minute_there_is_a_row_of_it_again(wait: flow.Wait) -> None:
    for _ in range(12):
        record(Kind.CLIENT_REFUSED)
    wait(61)

    record(Kind.CLIENT_REFUSED)

    assert Event.objects.count() == 11


def test_what_is_looked_up_by_has_an_index() -> None:
    indexed = {index.fields[0] for index in Event._meta.indexes}  # noqa: SLF001 - documented

    assert {name.removesuffix("__exact") for name in EventAdmin.search_fields} <= indexed


def test_there_is_a_line_where_there_is_no_database(lines: Any) -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        record(Kind.KEY_ROTATED)

    assert [line["kind"] for line in lines()] == ["key rotated"]


def sign_in(username: str, password: str) -> Client:
    browser = flow.browser()
    browser.get("/uc/accounts/login/")
    (token,) = (cookie.value for name, cookie in browser.cookies.items() if name.endswith("csrf"))
    form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    browser.post("/uc/accounts/login/", form, headers={"origin": flow.WIKI})
    return browser


def test_sign_ins_are_told_without_a_word_of_what_was_typed(alice: Any, lines: Any) -> None:
    sign_in("typed-as-username", "typed-as-password")
    sign_in("alice", flow.PASSWORD)

    told = [(line["kind"], line["subject"], line["address"]) for line in lines()]
    assert told == [
        ("sign-in refused", "", "127.0.0.1"),
        ("sign-in accepted", alice.sub, "127.0.0.1"),
    ]
    rows = json.dumps(list(Event.objects.values("subject", "client_id", "address", "details")))
    assert "typed-as" not in rows + json.dumps(lines())


def test_a_sign_out_is_told_of_whoever_was_signed_in(alice: Any) -> None:
    browser = flow.signed_in(alice)
    browser.handler.enforce_csrf_checks = False
    Event.objects.all().delete()

    browser.post("/uc/accounts/logout/", headers={"origin": flow.WIKI})
    browser.post("/uc/accounts/logout/", headers={"origin": flow.WIKI})

    assert list(Event.objects.values_list("kind", "subject")) == [("sign-out", alice.sub)]


@pytest.fixture
def desk(admin_user: Any) -> Client:
    client = flow.signed_in(admin_user)
    client.handler.enforce_csrf_checks = False
    return client


def listed(desk: Client, **query: str) -> list[str]:
    """The kinds in the admin's list."""
    rows = desk.get(EVENTS, query).context["cl"].result_list
    return [event.kind for event in rows]


def test_the_admin_looks_events_up(desk: Client, alice: Any) -> None:
    Event.objects.all().delete()
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.9")
    record(Kind.PASSWORD_CHANGED, subject=alice.sub)
    record(Kind.SIGN_IN_REFUSED, request=request)
    record(Kind.CLIENT_REFUSED, client="outline")

    assert listed(desk) == ["client refused", "sign-in refused", "password changed"]
    assert listed(desk, q="alice") == ["password changed"]
    assert listed(desk, q="alice@example.com") == ["password changed"]
    assert listed(desk, q="192.0.2.9") == ["sign-in refused"]
    assert listed(desk, q="outline") == ["client refused"]
    assert listed(desk, kind="sign-in refused") == ["sign-in refused"]


def test_events_outlive_the_user(desk: Client, alice: Any) -> None:
    record(Kind.PASSWORD_CHANGED, subject=alice.sub)

    assert "alice" in desk.get(EVENTS).content.decode()
    alice.delete()

    assert alice.sub in desk.get(EVENTS).content.decode()


def test_nobody_changes_what_was_told(desk: Client) -> None:
    event = Event.objects.latest("pk")

    assert desk.get(f"{EVENTS}{event.pk}/change/").status_code == 200
    assert desk.get(f"{EVENTS}add/").status_code == 403
    assert desk.get(f"{EVENTS}{event.pk}/delete/").status_code == 403


def test_the_list_of_events_takes_few_queries(desk: Client, alice: Any) -> None:
    for _ in range(60):
        record(Kind.PASSWORD_CHANGED, subject=alice.sub)

    with CaptureQueriesContext(connection) as ran:
        desk.get(EVENTS)

    assert len(ran) < 10


USERS = "/uc/admin/accounts/user/"


def told(since: int = 0) -> list[tuple[Any, ...]]:
    rows = Event.objects.filter(pk__gt=since).order_by("pk")
    return [(row.kind, row.subject, row.details) for row in rows]


def last() -> int:
    return Event.objects.latest("pk").pk


def test_making_a_user_is_told_with_who_did_it(desk: Client, admin_user: Any) -> None:
    form = {"username": "carol", "email": "carol@example.com", "name": "Carol"}
    before = last()

    desk.post(f"{USERS}add/", {**form, "password1": flow.PASSWORD, "password2": flow.PASSWORD})

    carol = type(admin_user).objects.get(username="carol")
    assert told(before) == [("user made", carol.sub, {"by": admin_user.sub})]


def test_what_changed_of_a_user_is_told_by_its_name_alone(
    desk: Client, admin_user: Any, alice: Any
) -> None:
    form = {"username": "alice", "email": "alice@elsewhere.example", "name": alice.name}
    before = last()

    desk.post(f"{USERS}{alice.pk}/change/", {**form, "is_superuser": "on"})

    by = {"by": admin_user.sub}
    assert told(before) == [
        ("user turned off", alice.sub, by),
        ("user changed", alice.sub, {**by, "fields": ["email", "is_superuser"]}),
    ]


def test_turning_off_and_on_is_told_of_each_user(desk: Client, admin_user: Any, alice: Any) -> None:
    chosen = {"_selected_action": [str(alice.pk), str(admin_user.pk)]}
    before = last()

    for action in ("turn_off", "turn_off", "turn_on"):
        desk.post(USERS, {**chosen, "action": action})

    by = {"by": admin_user.sub}
    assert told(before) == [
        ("user turned off", alice.sub, by),
        ("user turned on", alice.sub, by),
    ]


def test_a_deleted_user_is_told_with_the_name_that_nobody_could_look_up(
    desk: Client, admin_user: Any, alice: Any
) -> None:
    bob = flow.make_user("bob")
    before = last()

    desk.post(f"{USERS}{alice.pk}/delete/", {"post": "yes"})
    desk.post(USERS, {"action": "delete_selected", "_selected_action": [bob.pk], "post": "yes"})

    assert told(before) == [
        ("user deleted", alice.sub, {"by": admin_user.sub, "username": "alice"}),
        ("user deleted", bob.sub, {"by": admin_user.sub, "username": "bob"}),
    ]


def test_a_new_password_is_told_once_it_is_set(desk: Client, admin_user: Any, alice: Any) -> None:
    before = last()
    wrong, right = "short", "another-long-password"

    for new in (wrong, right):
        desk.post(f"{USERS}{alice.pk}/password/", {"password1": new, "password2": new})

    assert told(before) == [("password changed", alice.sub, {"by": admin_user.sub})]


def test_ones_own_new_password_is_told_too(alice: Any) -> None:
    browser = flow.signed_in(alice)
    browser.handler.enforce_csrf_checks = False
    before = last()
    new = {"new_password1": "another-long-password", "new_password2": "another-long-password"}

    for old in ("wrong", flow.PASSWORD):
        browser.post(
            "/uc/accounts/password/", {**new, "old_password": old}, headers={"origin": flow.WIKI}
        )

    assert told(before) == [("password changed", alice.sub, {})]


def test_letting_somebody_in_at_once_is_told(desk: Client, admin_user: Any, alice: Any) -> None:
    before = last()

    desk.post(USERS, {"_selected_action": [str(alice.pk)], "action": "unblock"})

    assert told(before) == [("sign-in unblocked", alice.sub, {"by": admin_user.sub})]


@pytest.mark.django_db
def test_what_the_configuration_does_is_told() -> None:
    for password in ("the first password", "the first password", "another password"):
        ensure_administrator("root", "root@example.com", password)

    by = {"by": "configuration"}
    assert [(kind, details) for kind, _, details in told()] == [
        ("user made", by),
        ("password changed", by),
    ]


def test_the_filter_that_the_docs_have_for_fail2ban_fits_the_lines(lines: Any) -> None:
    docs = (Path(__file__).parents[2] / "docs/operating.md").read_text(encoding="utf-8")
    (rule,) = re.findall(r"^failregex = (.+)$", docs, re.MULTILINE)
    refused = re.compile(rule.replace("<ADDR>", r"(?P<address>[0-9a-f.:]+)"))
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8::1")
    counted = [Kind.SIGN_IN_REFUSED, Kind.SIGN_IN_BLOCKED, Kind.LINK_BLOCKED]
    for kind in (*counted, Kind.SIGN_IN_ACCEPTED, Kind.PASSWORD_CHANGE_BLOCKED):
        with pytest.raises(RuntimeError, match="Database access not allowed"):
            record(kind, request=request)

    found = [refused.search(f"host 0123abc[7]: {json.dumps(line)}") for line in lines()]

    assert [match and match["address"] for match in found] == ["2001:db8::1"] * 3 + [None] * 2
    forged = f"host 0123abc[7]: Not Found: /uc/x y: {json.dumps(lines()[0])}"
    assert refused.search(forged) is None
