"""The Chromium of the tests, by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.rig.browser import chromium_arguments, chromium_path


@contextmanager
def started() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            # A proxy of the environment would get what is meant for an address of this machine.
            args=[*chromium_arguments(), "--disable-quic", "--no-proxy-server"],
        )
        yield browser
        browser.close()
