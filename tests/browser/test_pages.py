"""The provider's pages fit the screen, name their fields, and load nothing from elsewhere.

That nothing comes from elsewhere and that no page complains holds in every test of this folder:
the fixture `visit` sees to it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor


@pytest.mark.parametrize(
    ("path", "status"),
    [("/uc/accounts/login/", 200), ("/uc/no-such-page", 404)],
)
def test_pages_for_everybody_fit_the_screen_and_name_their_fields(
    visitor: Visitor, path: str, status: int
) -> None:
    assert visitor.go(path) == status

    assert is_styled(visitor)
    assert visitor.overhang() == 0
    assert visitor.nameless_fields() == []


def test_pages_of_an_account_fit_the_screen_and_name_their_fields(admin: Visitor) -> None:
    paths = ["/uc/", "/uc/accounts/password/"]
    paths += ["/uc/admin/", "/uc/admin/accounts/user/", "/uc/admin/accounts/user/add/"]

    for path in paths:
        assert admin.go(path) == 200
        assert is_styled(admin), path
        assert admin.overhang() == 0, path
        assert admin.nameless_fields() == [], path


def test_the_page_after_signing_out_at_the_provider_fits_the_screen(member: Visitor) -> None:
    member.go("/uc/")

    member.sign_out()

    expect(member.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert is_styled(member)
    assert member.overhang() == 0


def is_styled(visitor: Visitor) -> bool:
    """Return whether every style sheet that the page names has arrived."""
    loaded: bool = visitor.page.evaluate(
        """() => {
          const sheets = [...document.querySelectorAll("link[rel=stylesheet]")];
          return sheets.length > 0 && sheets.every((link) => link.sheet?.cssRules.length > 0);
        }"""
    )
    return loaded
