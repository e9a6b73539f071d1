"""Signing out of the wiki signs out of the provider too."""

from __future__ import annotations

from tests.browser.conftest import Account
from tests.browser.visitor import Visitor


def test_signing_out_leads_back_to_the_wiki_which_asks_for_the_password_again(
    member: Visitor, colleague: Account
) -> None:
    member.visited.clear()

    member.sign_out()

    member.expect_to_be_asked_for_a_password()
    assert member.visited[0] == f"{member.wiki}/"
    member.fill_in(colleague.username, colleague.password)
    member.expect_the_wiki(email=colleague.email, role="member")
