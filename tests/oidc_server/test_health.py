from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from oidc_server.health import patience, probe
from tests.oidc_server import flow
from tests.oidc_server.postgresql import free_port


class Away:
    """A database that is away for a number of connection attempts."""

    def __init__(self, attempts: int) -> None:
        self.left = attempts

    def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise OperationalError("the database system is starting up")


def here() -> Client:
    return Client(headers={"host": "127.0.0.1:8000"})


def test_live_needs_no_database() -> None:
    assert here().get("/uc/health/live").status_code == 200


@pytest.mark.django_db
def test_ready_means_that_the_database_is_set_up() -> None:
    assert here().get("/uc/health/ready").status_code == 200


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away(monkeypatch: Any) -> None:
    def away() -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        answer = here().get("/uc/health/ready")

    assert answer.status_code == 503


def test_a_restart_of_the_database_is_waited_for(alice: Any, monkeypatch: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]
    monkeypatch.setattr(patience, "_POLL", 0.01)
    monkeypatch.setattr(connection, "ensure_connection", Away(attempts=5))

    assert flow.userinfo(token).status_code == 200


@pytest.mark.django_db
def test_a_database_that_stays_away_is_not_waited_for_for_ever(monkeypatch: Any) -> None:
    monkeypatch.setattr(patience, "_POLL", 0.01)
    monkeypatch.setattr(patience, "_PATIENCE", 0.05)

    with monkeypatch.context() as patched:
        patched.setattr(connection, "ensure_connection", Away(attempts=10**6))
        answer = flow.userinfo("any")

    assert answer.status_code == 503


def test_the_probe_finds_nothing_ready_where_nothing_listens() -> None:
    assert probe.is_ready(free_port()) is False
