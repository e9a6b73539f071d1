"""What the gateway keeps away from Outline, lest the wrong people be let in or locked out."""

from __future__ import annotations

import pytest

from tests.e2e.people import Person


@pytest.mark.parametrize(
    "path",
    [
        "/auth/passkeys.generateAuthenticationOptions",
        "/auth/passkeys.verifyAuthentication",
        "/auth/passkeys.generateRegistrationOptions",
        "/auth/passkey",
    ],
)
def test_nobody_signs_in_past_the_provider_with_a_passkey_of_outlines(
    visitor: Person, path: str
) -> None:
    answer = visitor.request("POST", path)

    assert answer.status_code == 404
    assert "nginx" in answer.text


@pytest.mark.parametrize("folder", ["static", "images", "fonts", "locales"])
def test_an_asset_fetched_ahead_leaves_the_csrf_cookie_alone(visitor: Person, folder: str) -> None:
    page = visitor.request("GET", "/")
    asset = visitor.request("GET", f"/{folder}/anything.js")

    assert "csrfToken" in page.headers["set-cookie"]
    assert "set-cookie" not in asset.headers
