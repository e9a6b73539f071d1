"""Browsers sign in and upload at each kind of address."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.e2e.deployments import ADMIN_EMAIL
from tests.e2e.stack import Stack


def test_browsers_sign_in_and_upload_at_a_name_and_at_addresses(
    addressed_stack: Stack, visit: Visit
) -> None:
    visitor = visit(addressed_stack)
    config = addressed_stack.config

    visitor.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
    visitor.expect_the_wiki(email=ADMIN_EMAIL, role="admin")
    link = visitor.upload("note.txt", b"note")

    assert visitor.save(link) == b"note"
