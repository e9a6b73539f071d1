"""An admin makes users in the browser, and they sign in."""

from __future__ import annotations

from tests.browser.conftest import Account
from tests.browser.visitor import Visitor


def test_a_user_made_in_the_admin_lands_in_the_wiki_as_a_member(
    admin: Visitor, visitor: Visitor, newcomer: Account
) -> None:
    admin.make_user(newcomer.username, newcomer.email, newcomer.password)

    visitor.sign_in(newcomer.username, newcomer.password)

    visitor.expect_the_wiki(email=newcomer.email, role="member")
