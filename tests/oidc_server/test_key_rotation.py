"""One key follows another, and nobody who kept to the rules notices."""

import io
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from oidc_provider.models import RSAKey

from oidc_server.audit.models import Event, Kind
from oidc_server.provider import keys
from oidc_server.provider.models import SigningKey
from tests.oidc_server import flow

SIGNS_BY_THEN = timedelta(seconds=keys.JWKS_LIFE + keys.REREAD)
OF_NO_USE_BY_THEN = SIGNS_BY_THEN + timedelta(seconds=settings.SESSION_COOKIE_AGE)


@pytest.fixture
def first(wiki: Any) -> str:
    """The id of the key that signs at first."""
    del wiki
    return SigningKey.objects.get().kid


def rotate(capsys: Any, *options: str) -> str:
    """The id of the new key."""
    capsys.readouterr()
    call_command("rotate_keys", *options)
    return str(capsys.readouterr().out).split()[0]


def pass_time(duration: timedelta) -> None:
    SigningKey.objects.update(signs_from=F("signs_from") - duration)
    keys.forget()


def published() -> list[str]:
    return [key["kid"] for key in flow.backend().get("/uc/oauth/jwks").json()["keys"]]


def signs() -> Any:
    return jwt.get_unverified_header(keys.signed({}))["kid"]


def signs_out_unasked(person: Client, id_token: str) -> bool:
    person.get("/uc/oauth/end-session", {"id_token_hint": id_token})
    return person.get("/uc/").status_code == 302


def test_a_new_key_is_published_at_once_and_signs_when_every_client_can_know_it(
    first: str, capsys: Any
) -> None:
    new = rotate(capsys)
    told_at_once, signed_at_once = published(), signs()

    pass_time(SIGNS_BY_THEN - timedelta(seconds=5))
    signed_before = signs()
    pass_time(timedelta(seconds=5))

    assert told_at_once == [first, new]
    assert (signed_at_once, signed_before, signs()) == (first, first, new)


@pytest.mark.parametrize("options", [(), ("--revoke",)])
@pytest.mark.usefixtures("first")
def test_the_commands_stdout_is_its_result(
    options: tuple[str, ...], capsys: Any, events: io.StringIO
) -> None:
    new = rotate(capsys, *options)

    assert new == SigningKey.objects.latest("pk").kid
    assert not events.getvalue()


def test_what_the_old_key_signed_is_believed_as_long_as_it_is_of_use(
    first: str, alice: Any, capsys: Any
) -> None:
    person, id_token = flow.signed_in(alice), flow.tokens_for(alice)["id_token"]
    rotate(capsys)

    pass_time(OF_NO_USE_BY_THEN - timedelta(seconds=5))
    call_command("clean_up")

    assert first in published()
    assert signs_out_unasked(person, id_token)


def test_an_old_key_goes_when_nothing_that_it_signed_is_of_use(
    first: str, alice: Any, capsys: Any
) -> None:
    person, id_token = flow.signed_in(alice), flow.tokens_for(alice)["id_token"]
    new = rotate(capsys)

    pass_time(OF_NO_USE_BY_THEN)

    assert published() == [new] != [first]
    assert not signs_out_unasked(person, id_token)
    call_command("clean_up")
    assert "signing keys: 1 deleted" in capsys.readouterr().out
    assert [key.kid for key in SigningKey.objects.all()] == [new]
    assert RSAKey.objects.count() == 1


def test_the_only_key_never_goes(first: str) -> None:
    pass_time(timedelta(days=3650))

    call_command("clean_up")
    keys.forget()

    assert (published(), signs()) == ([first], first)


def test_of_two_rotations_the_second_wins(first: str, capsys: Any) -> None:
    second, third = rotate(capsys), rotate(capsys)

    pass_time(SIGNS_BY_THEN)

    assert published() == [first, second, third]
    assert signs() == third


def test_a_stolen_key_is_believed_no_more_and_the_new_one_signs_at_once(
    first: str, alice: Any, capsys: Any
) -> None:
    person, tokens = flow.signed_in(alice), flow.tokens_for(alice)
    waiting = rotate(capsys)

    new = rotate(capsys, "--revoke")

    assert published() == [new]
    assert signs() == new not in {first, waiting}
    assert not signs_out_unasked(person, tokens["id_token"])
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.django_db
def test_it_is_told_without_what_is_secret(capsys: Any) -> None:
    first = rotate(capsys, "--revoke")
    second = rotate(capsys, "--revoke")

    events = Event.objects.filter(kind=Kind.KEY_ROTATED).order_by("pk")

    assert [event.details for event in events] == [
        {"kid": first, "revoked": 0},
        {"kid": second, "revoked": 1},
    ]
