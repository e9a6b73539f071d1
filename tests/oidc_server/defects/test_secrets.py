"""What the provider keeps and shows of secrets: defect 9."""

import hmac
import logging
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from tests.oidc_server import flow
from tests.oidc_server.defects import steps
from tests.oidc_server.defects.conftest import Right


def stored_text() -> str:
    """All rows of all tables."""
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows += cursor.fetchall()
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in rows])


@pytest.mark.parametrize("kind", ["client secret", "code", "access_token", "refresh_token"])
def test_no_secret_lies_in_the_database_in_plain_text(alice: Any, right: Right, kind: str) -> None:
    kept = {"client secret": flow.CLIENT_SECRET, "code": flow.code_for(alice)}
    kept |= flow.tokens_for(alice)

    stored = stored_text()
    assert alice.email in stored

    with right("9", "RFC 6819, 5.1.4.1.3"):
        assert kept[kind] not in stored, "it does"


def test_client_secrets_are_compared_in_constant_time(
    alice: Any, monkeypatch: pytest.MonkeyPatch, right: Right
) -> None:
    compared = []

    def compare_digest(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return bool(one == other)

    code = flow.code_for(alice)
    for module in (hmac, secrets):
        monkeypatch.setattr(module, "compare_digest", compare_digest)
    answer = flow.exchange(code, client_secret="wrong")
    assert answer.json()["error"] == "invalid_client"

    with right("9", "CWE-208"):
        assert compared, "by =="


def test_no_log_line_of_any_level_holds_a_client_secret(
    alice: Any, caplog: pytest.LogCaptureFixture, right: Right
) -> None:
    code = flow.code_for(alice)
    for name in ("", "oidc_provider", "oidc_server"):
        caplog.set_level(logging.DEBUG, logger=name)

    answer = flow.exchange(code, client_secret="a wrong secret")
    assert answer.json()["error"] == "invalid_client"

    with right("9", "CWE-532"):
        assert flow.CLIENT_SECRET not in caplog.text, "the right one, when a wrong one came"
        assert "a wrong secret" not in caplog.text


@pytest.mark.usefixtures("provider")
def test_no_client_gets_six_random_digits_for_an_id(right: Right) -> None:
    admin = get_user_model().objects.create_superuser("root", "root@example.com", flow.PASSWORD)
    person, clients = flow.signed_in(admin), "/uc/admin/oidc_provider/client/"
    assert person.get("/uc/admin/").status_code == 200

    page = person.get(f"{clients}add/")
    if page.status_code == 200:  # ours makes clients by its configuration alone
        choices = {"client_type": "confidential", "jwt_alg": "RS256", "response_types": "1"}
        token = steps.csrf_token(person)
        form = {"name": "New", "_redirect_uris": flow.CALLBACK, "csrfmiddlewaretoken": token}
        assert person.post(f"{clients}add/", {**form, **choices}).status_code == 302

    ids = re.findall(r'field-client_id">(\d{6})<', person.get(clients).content.decode())

    with right("9", "RFC 6749, 2.2"):
        assert not ids, "six digits"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_refreshes_at_once_leave_one_chain(alice: Any, settings: Any, right: Right) -> None:
    token = flow.tokens_for(alice)["refresh_token"]
    settings.OIDC_IDTOKEN_PROCESSING_HOOK = f"{__name__}.{meet.__name__}"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(refresh_in_a_thread, [token, token]))
    assert {answer.status_code for answer in answers} <= {200, 400}
    given = {answer.json()["access_token"] for answer in answers if answer.status_code == 200}
    working = {access for access in given if flow.userinfo(access).status_code == 200}

    with right("9", "RFC 9700, 4.14.2"):
        assert len(working) == 1
        assert given == working


def refresh_in_a_thread(token: str) -> Any:
    try:
        return flow.refresh(token)
    finally:
        connections.close_all()


_both = Barrier(2)


def meet(id_token: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """OIDC_IDTOKEN_PROCESSING_HOOK: runs between looking a token up and replacing it.

    Waits there for the other refresh, which a lock keeps from coming.
    """
    with suppress(BrokenBarrierError):
        _both.wait(timeout=3)
    return id_token


@pytest.mark.usefixtures("provider")
def test_the_state_comes_back_as_it_was_with_an_error(right: Right) -> None:
    state = "a&error=none&iss=b"
    assert steps.told(flow.authorize(flow.browser(), prompt="none"))["error"] == "login_required"

    told = steps.told(flow.authorize(flow.browser(), prompt="none", state=state))

    with right("9", "RFC 6749, 4.1.2.1"):
        assert told["state"] == state, "cut short, the rest as parameters"
        assert told["error"] == "login_required"
