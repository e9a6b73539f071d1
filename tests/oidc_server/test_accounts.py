"""The user: a subject that stays, names and addresses that are unique in any case."""

import uuid

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import modelform_factory
from django.test import Client

from oidc_server.accounts.models import User
from tests.oidc_server import flow

pytestmark = pytest.mark.django_db


def test_every_user_has_a_subject_of_their_own_that_stays() -> None:
    alice, bob = flow.make_user("alice"), flow.make_user("bob")
    before = alice.sub

    alice.username, alice.email = "alicia", "alicia@example.com"
    alice.save()

    assert uuid.UUID(before)
    assert User.objects.get(pk=alice.pk).sub == before != bob.sub
    assert "sub" not in modelform_factory(User, fields="__all__").base_fields


def test_an_e_mail_address_is_required() -> None:
    with pytest.raises(ValidationError) as refused:
        User(username="alice", password="x").full_clean()

    assert "email" in refused.value.message_dict


@pytest.mark.parametrize(
    ("username", "email"), [("ALICE", "other@example.com"), ("other", "Alice@Example.COM")]
)
def test_names_and_addresses_are_unique_in_any_case(username: str, email: str) -> None:
    flow.make_user("alice")

    with pytest.raises(ValidationError):
        User(username=username, email=email, password="x").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        flow.make_user(username, email=email)


@pytest.mark.parametrize("name", ["a@b", "a b", "a/b", "a\nb", "", "<b>"])
def test_a_username_can_not_be_mistaken_for_something_else(name: str) -> None:
    with pytest.raises(ValidationError):
        User(username=name, email="a@example.com", password="x").full_clean()


@pytest.mark.parametrize("name", ["alice", "a.b-c_d+e", "王小明", "Zoë"])
def test_a_username_may_be_of_any_script(name: str) -> None:
    User(username=name, email="a@example.com", password="x").full_clean()


@pytest.mark.parametrize("identifier", ["alice", "ALICE", "alice@example.com", "Alice@EXAMPLE.com"])
def test_one_signs_in_by_username_or_address_in_any_case(identifier: str) -> None:
    alice = flow.make_user("alice")

    assert authenticate(None, username=identifier, password=flow.PASSWORD) == alice


@pytest.mark.parametrize("identifier", ["bob", "bob@example.com", "", "\x00", "@"])
def test_nobody_else_is_signed_in(identifier: str) -> None:
    flow.make_user("alice")

    assert authenticate(None, username=identifier, password=flow.PASSWORD) is None


def test_a_turned_off_user_can_not_sign_in_and_has_no_session() -> None:
    alice = flow.make_user("alice")
    person = flow.signed_in(alice)
    alice.is_active = False
    alice.save()

    assert authenticate(None, username="alice", password=flow.PASSWORD) is None
    assert person.get("/uc/").status_code == 302


def test_passwords_are_kept_by_argon2id_with_little_memory() -> None:
    stored = flow.make_user("alice").password

    assert stored.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_weak_password_is_not_taken() -> None:
    alice = flow.make_user("alice")
    person = Client(headers={"host": "wiki.localhost:8888"})
    person.force_login(alice)
    form = {"old_password": flow.PASSWORD}

    for weak in ("short", "1234567890123", "password123", "alice@example.com"):
        answer = person.post(
            "/uc/accounts/password/", {**form, "new_password1": weak, "new_password2": weak}
        )
        assert answer.context["form"].errors, weak


def test_a_changed_password_ends_the_sessions_elsewhere() -> None:
    alice = flow.make_user("alice")
    here, elsewhere = flow.backend(), flow.signed_in(alice)
    here.force_login(alice)

    answer = here.post(
        "/uc/accounts/password/",
        {
            "old_password": flow.PASSWORD,
            "new_password1": "another-good-password",
            "new_password2": "another-good-password",
        },
        follow=True,
    )

    assert answer.status_code == 200
    assert here.get("/uc/").status_code == 200
    assert elsewhere.get("/uc/").status_code == 302
