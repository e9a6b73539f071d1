"""Transactions of rows, where there is none around them."""

import contextlib
from typing import Any

import pytest
from django.db import DatabaseError, connection

from oidc_server import rows
from oidc_server.accounts.models import User

BY_USERNAME = rows.Query(
    "FROM {user} WHERE {user}.username = %s", user=(User, "id username name"), lock="user"
)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob", "bob@example.com", name="Bob")


def renamed(name: str) -> rows.Change:
    found: Any = BY_USERNAME.first("bob")
    found[0].name = name
    return rows.update(found[0], "name")


def name_of(user: User) -> str:
    """As somebody else sees it."""
    connection.close()
    user.refresh_from_db()
    return user.name


def test_what_is_written_at_its_end_stays(bob: User) -> None:
    with rows.transaction():
        rows.write(renamed("Robert"))

    assert name_of(bob) == "Robert"


def test_a_write_that_fails_is_undone_as_a_whole(bob: User) -> None:
    wrong = rows.Change(statement="DELETE FROM no_such_table", values=[])

    with pytest.raises(DatabaseError), rows.transaction():
        rows.write(renamed("Robert"), wrong)

    assert BY_USERNAME.first("bob") is not None
    assert name_of(bob) == "Bob"


def test_an_error_in_it_leaves_nothing_open(bob: User) -> None:
    with contextlib.suppress(LookupError), rows.transaction():
        renamed("Robert")
        raise LookupError

    rows.write(renamed("Rob"))

    assert name_of(bob) == "Rob"


def test_a_column_that_is_not_read_is_asked_for_when_it_is_needed(bob: User) -> None:
    found: Any = BY_USERNAME.first("bob")

    assert "email" in found[0].get_deferred_fields()
    assert found[0].email == bob.email
