"""Managing users in Django's admin."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client

from oidc_server.accounts.models import User
from oidc_server.audit.models import Event
from oidc_server.provider.models import SigningKey
from tests.oidc_server import flow

USERS = "/uc/admin/accounts/user/"


@pytest.fixture
def desk(admin_user: Any) -> Client:
    client = Client(headers={"host": "wiki.localhost:8888"})
    client.force_login(admin_user)
    return client


def registered() -> list[type[Model]]:
    return [model for model in apps.get_models() if admin.site.is_registered(model)]


def change(user: Any, **changes: str) -> dict[str, str]:
    form = {
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "is_active": "on" if user.is_active else "",
        "is_superuser": "on" if user.is_superuser else "",
        **changes,
    }
    return {name: value for name, value in form.items() if value}


def test_every_registered_page_opens(desk: Client, admin_user: Any) -> None:
    assert desk.get("/uc/admin/").status_code == 200
    for model in registered():
        options = admin.site.get_model_admin(model).opts
        start = f"/uc/admin/{options.app_label}/{options.model_name}/"
        assert desk.get(start).status_code == 200
    assert desk.get(f"{USERS}add/").status_code == 200
    for page in ("change", "password", "history"):
        assert desk.get(f"{USERS}{admin_user.pk}/{page}/").status_code == 200


def test_users_and_keys_are_managed_there_and_events_looked_at() -> None:
    assert set(registered()) == {User, SigningKey, Event}


def test_a_user_is_made_with_a_password_and_can_sign_in(desk: Client) -> None:
    answer = desk.post(
        f"{USERS}add/",
        {
            "username": "carol",
            "name": "Carol",
            "email": "carol@EXAMPLE.com",
            "password1": flow.PASSWORD,
            "password2": flow.PASSWORD,
        },
    )

    carol = User.objects.get(username="carol")
    assert answer.status_code == 303
    assert (carol.email, carol.is_active, carol.is_superuser) == ("carol@example.com", True, False)
    assert flow.browser().login(username="carol", password=flow.PASSWORD)


@pytest.mark.parametrize(
    "wrong",
    [{"email": ""}, {"email": "ROOT@example.com"}, {"username": "Root"}, {"password2": "x"}],
)
def test_a_user_that_can_not_be_is_refused_with_words(desk: Client, wrong: dict[str, str]) -> None:
    form = {
        "username": "carol",
        "email": "carol@example.com",
        "password1": flow.PASSWORD,
        "password2": flow.PASSWORD,
    }

    answer = desk.post(f"{USERS}add/", {**form, **wrong})

    assert answer.status_code == 200
    assert answer.context["errors"]
    assert User.objects.count() == 1


def test_users_are_found_by_name_and_address_and_by_state(desk: Client) -> None:
    flow.make_user("carol", name="Carol Singer")
    flow.make_user("dave", is_active=False)

    def listed(query: str) -> list[str]:
        return [user.username for user in desk.get(f"{USERS}?{query}").context["cl"].queryset]

    assert listed("q=singer") == ["carol"]
    assert listed("q=dave@example") == ["dave"]
    assert listed("is_active__exact=0") == ["dave"]
    assert listed("is_superuser__exact=1") == ["root"]


def test_the_list_needs_as_many_queries_for_many_users_as_for_one(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        flow.make_user(f"user{number}", password=None)

    with django_assert_max_num_queries(8):
        desk.get(USERS)


def test_a_user_is_turned_off_by_the_form_and_by_the_list(desk: Client) -> None:
    carol, dave = flow.make_user("carol"), flow.make_user("dave")

    desk.post(f"{USERS}{carol.pk}/change/", change(carol, is_active=""))
    desk.post(USERS, {"action": "turn_off", "_selected_action": [str(dave.pk)]})

    assert not User.objects.filter(pk__in=[carol.pk, dave.pk], is_active=True).exists()

    desk.post(USERS, {"action": "turn_on", "_selected_action": [str(carol.pk), str(dave.pk)]})

    assert User.objects.filter(pk__in=[carol.pk, dave.pk], is_active=True).count() == 2


def test_an_administrator_can_not_lock_themselves_out(desk: Client, admin_user: Any) -> None:
    own = f"{USERS}{admin_user.pk}"

    desk.post(f"{own}/change/", change(admin_user, is_active="", is_superuser="", name="New name"))
    desk.post(USERS, {"action": "turn_off", "_selected_action": [str(admin_user.pk)]})
    desk.post(f"{own}/delete/", {"post": "yes"})
    desk.post(
        USERS,
        {"action": "delete_selected", "_selected_action": [str(admin_user.pk)], "post": "yes"},
    )

    admin_user.refresh_from_db()
    assert admin_user.is_active
    assert admin_user.is_superuser
    assert admin_user.name == "New name"


def test_a_password_can_be_changed_but_not_taken_away(desk: Client, admin_user: Any) -> None:
    before = admin_user.password

    desk.post(
        f"{USERS}{admin_user.pk}/password/",
        {"usable_password": "false", "unset-password": "1", "password1": "", "password2": ""},
    )

    admin_user.refresh_from_db()
    assert admin_user.password == before


def test_a_user_can_be_deleted_with_their_tokens(desk: Client, alice: Any) -> None:
    token = flow.tokens_for(alice)["access_token"]

    desk.post(f"{USERS}{alice.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=alice.pk).exists()
    assert flow.userinfo(token).status_code == 401


def test_the_subject_is_shown_and_can_not_be_changed(desk: Client) -> None:
    carol = flow.make_user("carol")

    page = desk.get(f"{USERS}{carol.pk}/change/")
    desk.post(f"{USERS}{carol.pk}/change/", change(carol, sub="another"))

    assert carol.sub in page.content.decode()
    assert User.objects.get(pk=carol.pk).sub == carol.sub


@pytest.mark.django_db
def test_nobody_but_an_administrator_gets_in() -> None:
    carol = flow.signed_in(flow.make_user("carol"))

    answer = carol.get(USERS, follow=True)

    assert answer.redirect_chain[-1][0].startswith("/uc/accounts/login/")
    assert "carol" in answer.content.decode()


def test_the_admin_signs_in_and_out_at_the_pages_of_the_rest(desk: Client) -> None:
    visitor = flow.browser()

    assert visitor.get("/uc/admin/login/?next=/uc/admin/").headers["Location"] == (
        "/uc/accounts/login/?next=/uc/admin/"
    )
    assert "You are signed out" in desk.post("/uc/admin/logout/").content.decode()
    assert desk.get("/uc/admin/").status_code == 302
