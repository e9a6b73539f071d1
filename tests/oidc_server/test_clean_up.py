"""What has expired is deleted, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oidc_provider.models import Client, Code, Token, UserConsent

from oidc_server import batches
from oidc_server.audit import cleaning
from oidc_server.audit.models import Event, Kind
from oidc_server.provider.models import Grant
from oidc_server.sessions import at_rest
from oidc_server.upkeep import turns
from oidc_server.upkeep.models import Turn
from tests.oidc_server import flow

PAST = timedelta(seconds=-1)


def clean_up(capsys: Any) -> str:
    call_command("clean_up")
    return str(capsys.readouterr().out)


def counts() -> list[int]:
    return [Grant.objects.count(), Code.objects.count(), Token.objects.count()]


def expire(grants: Any) -> None:
    grants.update(expires_at=timezone.now() + PAST)


def test_expired_grants_go_with_their_codes_and_tokens(alice: Any, capsys: Any) -> None:
    flow.code_for(alice)
    flow.tokens_for(alice)
    expire(Grant.objects)

    assert "grants: 2 deleted" in clean_up(capsys)

    assert counts() == [0, 0, 0]


def test_what_has_not_expired_stays(alice: Any, capsys: Any) -> None:
    code, tokens = flow.code_for(alice), flow.tokens_for(alice)
    Token.objects.update(expires_at=timezone.now() + PAST)

    assert "grants: 0 deleted" in clean_up(capsys)

    assert flow.exchange(code).status_code == 200
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


def test_more_than_one_batch_is_deleted(
    alice: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "SIZE", 2)
    for _ in range(5):
        flow.code_for(alice)
    expire(Grant.objects)
    flow.code_for(alice)

    with CaptureQueriesContext(connection) as ran:
        assert "grants: 5 deleted" in clean_up(capsys)

    assert counts() == [1, 1, 0]
    assert len([one for one in ran if one["sql"].startswith('DELETE FROM "provider_grant"')]) == 3


def test_expired_consents_and_sessions_go(alice: Any, capsys: Any) -> None:
    gone, stays = flow.signed_in(alice), flow.signed_in(alice)
    key = gone.cookies[settings.SESSION_COOKIE_NAME].value
    expired = Session.objects.filter(pk=at_rest(key))
    expired.update(expire_date=timezone.now() + PAST)
    UserConsent.objects.create(
        user=alice,
        client=Client.objects.get(),
        date_given=timezone.now(),
        expires_at=timezone.now() + PAST,
    )

    told = clean_up(capsys)

    assert "consents: 1 deleted" in told
    assert "sessions: 1 deleted" in told
    assert not UserConsent.objects.exists()
    assert stays.get("/uc/").status_code == 200


def test_events_go_when_they_are_old_and_not_before(
    wiki: Any,  # noqa: ARG001 - a database
    capsys: Any,
    settings: Any,
) -> None:
    settings.AUDIT_DAYS = 7
    now = timezone.now()
    for days in (6, 8):
        Event.objects.create(at=now - timedelta(days=days), kind=Kind.SIGN_OUT)

    assert "events: 1 deleted" in clean_up(capsys)

    assert [(now - event.at).days for event in Event.objects.all()] == [6]


def test_of_each_kind_the_newest_events_stay(
    wiki: Any,  # noqa: ARG001 - a database
    capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cleaning, "MOST", 4)
    monkeypatch.setattr(batches, "SIZE", 2)
    flood = [Kind.CODE_GRANTED] * 9
    now = timezone.now()
    for age, kind in enumerate([*flood, *[Kind.SIGN_OUT] * 4, Kind.KEY_ROTATED]):
        Event.objects.create(at=now - timedelta(minutes=age), kind=kind)

    assert "events: 5 deleted" in clean_up(capsys)

    ages = [round((now - event.at) / timedelta(minutes=1)) for event in Event.objects.all()]
    assert sorted(ages) == [*range(4), *range(9, 14)]
    assert "events: 0 deleted" in clean_up(capsys)


def test_it_is_done_once_an_hour_by_whoever_comes_first(alice: Any) -> None:
    flow.code_for(alice)
    expire(Grant.objects)

    assert turns.clean_up_in_turn()
    assert counts() == [0, 0, 0]
    assert not turns.clean_up_in_turn()

    Turn.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert turns.clean_up_in_turn()


def test_what_goes_wrong_is_told_and_tried_again(
    wiki: Any,  # noqa: ARG001 - a database
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> dict[str, int]:
        raise OperationalError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(turns, "clean_up", fail)
        assert not turns.clean_up_in_turn()

    assert "the disk is full" in caplog.text
    Turn.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert turns.clean_up_in_turn()
