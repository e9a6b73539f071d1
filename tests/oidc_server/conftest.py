"""The database to test on, and the rows that bootstrap makes."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tests.oidc_server import flow
from tests.oidc_server.postgresql import Cluster, cluster


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster | None]:
    """The server, or None when the tests run on SQLite."""
    if connections["default"].vendor != "postgresql":
        yield None
        return
    with cluster() as started:
        yield started


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001 - runs before
    postgresql: Cluster | None,
) -> None:
    if postgresql:
        connections["default"].settings_dict["PORT"] = postgresql.port


@pytest.fixture(scope="session")
def signing_key() -> str:
    """Made once: it takes up to a second."""
    # Where it is used, here and below: stock's project, without our apps, loads this file too.
    from oidc_server.provider.keys import new_signing_key  # noqa: PLC0415 - stock has no such app

    return new_signing_key()


@pytest.fixture
def wiki(db: None, signing_key: str) -> Any:  # noqa: ARG001 - a database to put it in
    """A provider that the wiki's client can sign people in at."""
    from oidc_provider.models import Client  # noqa: PLC0415 - needs the apps loaded

    from oidc_server.provider import keys  # noqa: PLC0415 - stock has no such app
    from oidc_server.provider.bootstrap import ensure_wiki_client  # noqa: PLC0415 - stock has no such app

    keys.add(signing_key, signs_from=timezone.now())
    ensure_wiki_client(flow.CLIENT_ID, flow.CLIENT_SECRET, flow.WIKI)
    return Client.objects.get()


@pytest.fixture
def alice(wiki: Any) -> Any:  # noqa: ARG001 - whose user she is
    return flow.make_user("alice", name="Alice Example")


@pytest.fixture
def admin_user(db: None) -> Any:  # noqa: ARG001 - a database to put it in
    return flow.make_user("root", is_superuser=True)


@pytest.fixture
def events() -> Iterator[io.StringIO]:
    """What stands for stdout, where events are told."""
    handler: Any = logging.getLogger("oidc_server.audit.recording").handlers[0]
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> flow.Wait:
    """Let so many seconds pass."""
    passed = timedelta()
    now = timezone.now

    def wait(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: now() + passed)
    return wait
