"""Turning a user off in the admin ends their session at the wiki, and nobody else's."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Account
from tests.browser.visitor import Visitor


def test_a_user_who_was_turned_off_is_out_at_the_next_revalidation_and_others_stay(
    admin: Visitor, member: Visitor, colleague: Account
) -> None:
    assert member.revalidate() == "kept"

    admin.turn_off(colleague.username)

    assert member.revalidate() == "ended"
    assert admin.revalidate() == "kept"
    member.sign_in(colleague.username, colleague.password)
    expect(member.page.get_by_role("alert")).to_contain_text("don't match an active account")
