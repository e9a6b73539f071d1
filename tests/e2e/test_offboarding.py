"""Users are made and turned off in the Django admin; turning one off ends their wiki sessions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.people import Admin, Person
from tests.e2e.stack import Stack

PASSWORD = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def colleague(stack: Stack) -> Iterator[Person]:
    """A user made in the Django admin, signed in to the wiki."""
    with Admin(stack.url) as admin:
        admin.enter(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
        admin.make_user("colleague", "colleague@example.com", PASSWORD)
    with Person(stack.url) as person:
        person.sign_in("colleague", PASSWORD)
        yield person


def test_the_first_to_sign_in_is_the_wikis_admin(admin: Admin) -> None:
    user = admin.who()

    assert user is not None
    assert (user["email"], user["role"]) == ("admin@example.com", "admin")


def test_a_user_made_in_the_admin_signs_in_as_a_member(colleague: Person) -> None:
    user = colleague.who()

    assert user is not None
    assert (user["email"], user["role"]) == ("colleague@example.com", "member")


def test_a_wrong_password_signs_nobody_in(visitor: Person) -> None:
    page = visitor.sign_in("colleague", "wrong-password")

    assert page.request.url.path.startswith("/uc/accounts/login")
    assert visitor.who() is None


@pytest.mark.usefixtures("colleague")
def test_signing_out_ends_the_providers_session_too(stack: Stack) -> None:
    with Person(stack.url) as person:
        person.sign_in("colleague", PASSWORD)

        landed = person.sign_out()
        again = person.follow("GET", "/auth/oidc")

        assert str(landed.request.url).rstrip("/") == stack.url
        assert again.request.url.path.startswith("/uc/accounts/login")


@pytest.mark.usefixtures("colleague")
def test_turning_a_user_off_ends_their_sessions_and_nobody_elses(
    stack: Stack, admin: Admin
) -> None:
    with Person(stack.url) as person:
        person.sign_in("colleague", PASSWORD)
        assert person.revalidate()["session"] == "kept"

        admin.turn_off("colleague")

        assert person.revalidate()["session"] == "ended"
        assert person.who() is None
        assert admin.revalidate()["session"] == "kept"
        refused = person.sign_in("colleague", PASSWORD)
        assert refused.request.url.path.startswith("/uc/accounts/login")
