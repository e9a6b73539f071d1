"""The signing keys in Django's admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oidc_provider.models import RSAKey

from oidc_server.audit.models import Event
from oidc_server.provider import rotation
from oidc_server.provider.models import SigningKey
from tests.oidc_server import flow

KEYS = "/uc/admin/provider/signingkey/"


@pytest.fixture
def desk(wiki: Any, admin_user: Any) -> Client:
    del wiki
    client = flow.backend()
    client.force_login(admin_user)
    return client


def test_keys_are_listed_by_what_is_public_of_them(desk: Client, signing_key: str) -> None:
    page = desk.get(KEYS).text

    assert SigningKey.objects.get().kid in page
    for private in (RSAKey.objects.get().key, signing_key.splitlines()[1]):
        assert private not in page


def test_it_shows_which_one_signs(desk: Client) -> None:
    signing, waiting = SigningKey.objects.get(), rotation.rotate()

    rows = desk.get(KEYS).context["cl"].result_list

    assert [(key.kid, key.signs) for key in rows] == [(waiting.kid, 0), (signing.kid, 1)]


def test_more_keys_cost_no_more_statements(desk: Client) -> None:
    with CaptureQueriesContext(connection) as one:
        desk.get(KEYS)
    rotation.rotate()
    with CaptureQueriesContext(connection) as two:
        desk.get(KEYS)

    assert len(two) == len(one)


def test_to_add_one_is_to_rotate(desk: Client, admin_user: Any) -> None:
    signing = SigningKey.objects.get()

    answer = desk.post(f"{KEYS}add/")

    added = SigningKey.objects.exclude(pk=signing.pk).get()
    assert answer.status_code == 303
    assert added.signs_from > signing.signs_from
    assert LogEntry.objects.get().object_id == str(added.pk)
    event = Event.objects.get(kind="key rotated")
    assert (event.subject, event.details) == (admin_user.sub, {"kid": added.kid, "revoked": 0})


def test_a_stolen_one_is_revoked(desk: Client) -> None:
    stolen = SigningKey.objects.get()

    desk.post(f"{KEYS}add/", {"revoke": "on"})

    assert SigningKey.objects.get().kid != stolen.kid


def test_the_page_that_adds_one_says_what_it_does(desk: Client) -> None:
    assert "signs in an hour" in " ".join(desk.get(f"{KEYS}add/").text.split())


def test_nobody_changes_or_deletes_one(desk: Client) -> None:
    key = SigningKey.objects.get()

    for page in ("change", "delete"):
        desk.post(f"{KEYS}{key.pk}/{page}/", {"post": "yes", "revoke": "on"})
    desk.post(KEYS, {"action": "delete_selected", "_selected_action": key.pk, "post": "yes"})

    assert [one.kid for one in SigningKey.objects.all()] == [key.kid]
