"""The same journey in Chromium, which heeds policies and origins as people's browsers do."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.demo.running import Demo
from tests.rig.browser import chromium_arguments, chromium_path


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose complaints, blocked or failed requests included, fail the test."""
    complaints: list[str] = []
    width, height = request.param
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=chromium_arguments()
        )
        opened = browser.new_page(viewport={"width": width, "height": height})
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("requestfailed", lambda failed: complaints.append(f"failed: {failed.url}"))
        yield opened
        browser.close()
    # Who types before a slow page has its focus set is faster than any person.
    assert [text for text in complaints if not text.startswith("Autofocus")] == []


def test_a_person_signs_in_refreshes_and_signs_out(demo: Demo, page: Page) -> None:
    told = demo.told
    hosts: set[str] = set()
    page.on("request", lambda sent: hosts.add(urlsplit(sent.url).netloc))

    page.goto(told["client_url"])
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill(told["admin_username"])
    page.get_by_label("Password").fill(told["admin_password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{told['client_url']}/")
    signed_in = page.inner_text("#userinfo")
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Refresh").click()
    page.get_by_text("times used: 1").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()

    assert "admin@example.com" in signed_in
    assert fits
    assert page.url == f"{told['client_url']}/"
    assert hosts - {""} == {urlsplit(told[key]).netloc for key in ("client_url", "issuer")}
