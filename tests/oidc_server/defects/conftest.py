"""The defects of django-oidc-provider 0.9.0, each as a test that ours passes and stock fails.

    pytest tests/oidc_server/defects                                        # ours
    pytest tests/oidc_server/defects --ds=tests.oidc_server.stock.settings  # stock

A test is two parts. What it does first, its control, holds on both: the request is one that both
understand. What stands under `with right(…)` is what stock gets wrong. On stock that part has to
fail, by an assertion of the test itself about an answer (a crash is an answer, too: 500), so that a
broken test is none of stock's defects.
"""

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partialmethod
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.oidc_server import flow
from tests.oidc_server.defects import keys
from tests.oidc_server.defects.inversion import fails_in

Right = Callable[[str, str], AbstractContextManager[None]]
Later = Callable[[timedelta], None]
MakeClient = Callable[..., Any]


def _is_stock() -> bool:
    return bool(settings.ROOT_URLCONF == "tests.oidc_server.stock.urls")


def _rows() -> Any:
    """What makes rows: of either, only its own modules can be loaded."""
    return importlib.import_module(
        "tests.oidc_server.stock.rows" if _is_stock() else "tests.oidc_server.defects.ours"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """SQLite in memory has one connection: nothing can happen at once."""
    if connection.vendor == "postgresql":
        return
    at_once = [item for item in items if "two_refreshes_at_once" in item.name]
    config.hook.pytest_deselected(items=at_once)
    items[:] = [item for item in items if item not in at_once]


@pytest.fixture
def right(request: pytest.FixtureRequest) -> Iterator[Right]:
    """What is right stands in a `with right`, which takes the defect's number and a document."""
    record = request.node.user_properties

    @contextmanager
    def expectation(number: str, source: str) -> Iterator[None]:
        record.extend([("number", number), ("source", source)])
        if not _is_stock():
            yield
            return
        with fails_in(request.function.__name__) as said:
            yield
        record.append(("found", said[0]))

    yield expectation
    assert record, "the test ended before it came to what is right"


@pytest.fixture(autouse=True)
def _crashes_are_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    patched = partialmethod(Client.__init__, raise_request_exception=False)
    monkeypatch.setattr(Client, "__init__", patched)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets time pass."""
    passed = timedelta()
    real_now, real_time = timezone.now, time.time

    def wait(duration: timedelta) -> None:
        nonlocal passed
        passed += duration

    monkeypatch.setattr(timezone, "now", lambda: real_now() + passed)
    monkeypatch.setattr(time, "time", lambda: real_time() + passed.total_seconds())
    return wait


@pytest.fixture
def provider(request: pytest.FixtureRequest, db: None) -> None:  # noqa: ARG001 - for the rows
    """A provider that the wiki's client can sign people in at."""
    if _is_stock():
        _rows().make_wiki(keys.pem("stock"))
    else:
        request.getfixturevalue("wiki")


@pytest.fixture
def make_client(provider: None) -> MakeClient:  # noqa: ARG001 - where it is registered
    """Registers another client: `make_client(client_id, secret, **columns)`."""
    made: MakeClient = _rows().make_client
    return made


@pytest.fixture
def public_client(make_client: MakeClient) -> Any:
    return make_client("public", "", client_type="public")


@pytest.fixture
def alice(provider: None) -> Any:  # noqa: ARG001 - whose user she is
    return flow.make_user("alice")
