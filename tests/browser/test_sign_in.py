"""People sign in to the wiki at the provider's page, through the gateway."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Account
from tests.browser.visitor import Visitor


def test_the_first_admin_lands_in_the_wiki_as_its_admin(
    visitor: Visitor, admin_account: Account
) -> None:
    visitor.sign_in(admin_account.username, admin_account.password)

    visitor.expect_the_wiki(email=admin_account.email, role="admin")


def test_a_wrong_password_is_explained_and_the_username_is_kept(
    visitor: Visitor, admin_account: Account
) -> None:
    visitor.sign_in(admin_account.username, "not-the-password")

    expect(visitor.page.get_by_role("alert")).to_have_text(
        "That username and password don't match an active account."
    )
    expect(visitor.username_field).to_have_value(admin_account.username)
    visitor.expect_to_be_asked_for_a_password()
    visitor.fill_in(admin_account.username, admin_account.password)
    visitor.expect_the_wiki(email=admin_account.email, role="admin")
