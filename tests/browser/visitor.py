"""Somebody in front of a browser: what they do at the wiki and the provider, and what goes wrong.

Fields and buttons are found by what people read or hear, never by their place in the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Frame, Locator, Page, Request, expect

# Chromium drops what is under way when an interface comes or goes, as with another deployment's
# network on this machine. No page has a part in that.
_NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"
_WITHOUT_AN_ORIGIN = {"about", "blob", "data"}

# Over an hour passes, so that the wiki asks the provider again; the call is one of its own pages'.
_REVALIDATE = """async () => {
  const [, token] = document.cookie.match(/csrfToken=([^;]+)/);
  const answer = await fetch("/standin/revalidate?minutes=115", {
    method: "POST", headers: { "x-csrf-token": token },
  });
  return await answer.json();
}"""

_OVERHANG = """() => {
  const { scrollWidth, clientWidth } = document.scrollingElement;
  return scrollWidth - clientWidth;
}"""

_NAMELESS = """() => {
  const fields = "input:not([type=hidden], [type=submit]), select, textarea";
  return [...document.querySelectorAll(fields)]
    .filter((field) => !field.closest("[aria-hidden=true]") && !field.labels.length
      && !field.ariaLabel && !field.hasAttribute("aria-labelledby"))
    .map((field) => field.outerHTML);
}"""


@dataclass
class Visitor:
    """One person's browser, and all that its pages asked for. ``wiki`` is the wiki's address.

    ``visited`` are the addresses of the pages shown, in order. ``strays`` are requests to other
    origins than the wiki's and its files'. ``complaints`` are errors in the browser's console,
    where violations of a content security policy are told too.
    """

    page: Page
    wiki: str
    visited: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._documents: set[str] = set()
        context = self.page.context
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page.on("framenavigated", self._arrived)

    def go(self, path: str) -> int:
        """Open an address and return its status."""
        try:
            response = self.page.goto(path)
        except Error as error:
            if _NETWORK_CHANGED not in error.message:
                raise
            response = self.page.goto(path)
        assert response, f"{path} is no new page"
        return response.status

    def sign_in(self, username: str, password: str) -> None:
        """Open the wiki, which leads to the provider's page, and fill that in."""
        # The wiki leads on by a script, which may come before the rest of its page is loaded.
        self.page.goto(self.wiki, wait_until="commit")
        self.fill_in(username, password)

    def fill_in(self, username: str, password: str) -> None:
        _fill_first(self.username_field, username)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def username_field(self) -> Locator:
        return self.page.get_by_label("Username or e-mail")

    def expect_the_wiki(self, *, email: str, role: str) -> None:
        """Raise unless the wiki's home page is open and takes the visitor for this user."""
        expect(self.page).to_have_url(f"{self.wiki}/home")
        expect(self.page.get_by_test_id("email")).to_have_text(email)
        expect(self.page.get_by_test_id("role")).to_have_text(role)

    def expect_to_be_asked_for_a_password(self) -> None:
        expect(self.page).to_have_url(re.compile(f"^{re.escape(self.wiki)}/uc/accounts/login/"))
        expect(self.page.get_by_label("Password")).to_be_editable()
        expect(self.page.get_by_label("Password")).to_have_value("")

    def upload(self, name: str, content: bytes) -> Locator:
        """Choose a file at the wiki's home page, send it, and return the link to it."""
        chosen: Any = {"name": name, "mimeType": "text/plain", "buffer": content}
        with self.page.expect_file_chooser() as opened:
            self.page.get_by_label("File").click()
        opened.value.set_files(chosen)
        self.press("Upload")
        expect(self.page.get_by_test_id("upload-result")).to_contain_text(f"Uploaded {name}")
        return self.page.get_by_test_id("uploaded")

    def save(self, link: Locator) -> bytes:
        """Follow a link to a file, and return what the browser saved."""
        with self.page.expect_download() as started:
            link.click()
        return started.value.path().read_bytes()

    def save_from(self, address: str) -> bytes:
        """Open the address of a file, as somebody with whom it was shared does."""
        with self.page.expect_download() as started:
            self.page.evaluate("(address) => { window.location.href = address; }", address)
        return started.value.path().read_bytes()

    def sign_out(self) -> None:
        """Use the wiki's own button."""
        self.press("Sign out")

    def revalidate(self) -> str:
        """Let over an hour pass at the wiki; return whether it kept or ended the session."""
        self.go("/home")
        answer: dict[str, Any] = self.page.evaluate(_REVALIDATE)
        assert answer["asked"], f"the wiki did not ask the provider: {answer}"
        session: str = answer["session"]
        return session

    def make_user(self, username: str, email: str, password: str) -> None:
        """Fill in the Django admin's form, coming from the provider's home page as people do."""
        self.go("/uc/")
        self.page.get_by_role("link", name="Manage users").click()
        self.page.get_by_role("link", name="Users", exact=True).click()
        self.page.get_by_role("link", name="Add user").click()
        _fill_first(self.page.get_by_label("Username:"), username)
        self.page.get_by_label("E-mail address:").fill(email)
        self.page.get_by_label("Password:").fill(password)
        self.page.get_by_label("Password confirmation:").fill(password)
        self.press("Save")
        expect(self.page.get_by_text("was added successfully")).to_be_visible()

    def turn_off(self, username: str) -> None:
        """Find a user in the Django admin and take their "active" tick away."""
        self.go("/uc/admin/accounts/user/")
        self.page.get_by_role("textbox", name="Search").fill(username)
        self.press("Search")
        self.page.get_by_role("link", name=username, exact=True).click()
        self.page.get_by_label("Active").uncheck()
        self.press("Save")
        expect(self.page.get_by_text("was changed successfully")).to_be_visible()

    def overhang(self) -> int:
        """Return how many pixels of the page lie beyond the right edge of the screen."""
        pixels: int = self.page.evaluate(_OVERHANG)
        return pixels

    def nameless_fields(self) -> list[str]:
        """Return the form fields that a screen reader could not name."""
        fields: list[str] = self.page.evaluate(_NAMELESS)
        return fields

    def keep(self, folder: Path) -> None:
        """Leave a picture and the source of the page where a failure is looked into."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "page.html").write_text(self.page.content())
        (folder / "visited.txt").write_text("\n".join([*self.visited, "", *self.complaints]))
        try:
            self.page.screenshot(path=folder / "page.png", full_page=True)
        except Error as error:
            (folder / "no-picture.txt").write_text(str(error))

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url)
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        files = f"http://files.localhost:{urlsplit(self.wiki).port}"
        if parts.scheme not in _WITHOUT_AN_ORIGIN and origin not in {self.wiki, files}:
            self.strays.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        # A page's own status is the test's to judge; that of what it loads is not expected.
        refused = "the server responded with a status of" in message.text
        own = refused and message.location["url"] in self._documents
        if message.type == "error" and not own and _NETWORK_CHANGED not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _arrived(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.visited.append(frame.url)


def _fill_first(focused: Locator, text: str) -> None:
    """Fill in the field that the page puts the cursor into, once it has.

    On a busy machine it does so late, and would take what is being typed into another field.
    """
    expect(focused).to_be_focused()
    focused.fill(text)
