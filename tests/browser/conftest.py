"""Chromium on two screens, people in front of it, and what a failure leaves to look at."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import started as chromium_started
from tests.browser.visitor import Visitor
from tests.e2e.deployments import ADMIN_EMAIL, RESULTS
from tests.e2e.people import Admin
from tests.e2e.stack import Stack
from tests.rig import engine, images

PATIENCE = 20_000  # milliseconds; a machine with two cores runs the whole stack and the browser
FAILED = pytest.StashKey[bool]()


@dataclass(frozen=True)
class Screen:
    """A size in CSS pixels, and whether it is touched."""

    width: int
    height: int
    phone: bool


@dataclass(frozen=True)
class Account:
    """A user who signs in."""

    username: str
    email: str
    password: str


Visit = Callable[[Stack], Visitor]


def pytest_report_header() -> list[str]:
    return [f"{engine.describe()}; images: {images.mode()}; Outline: stand-in"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know that their test failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def failures(worker_id: str) -> Path:
    """Where failures leave what there is to look at, without those of an earlier run."""
    place = RESULTS / "browser" / worker_id
    shutil.rmtree(place, ignore_errors=True)
    return place


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with chromium_started() as browser:
        yield browser


@pytest.fixture(
    params=[Screen(1280, 800, phone=False), Screen(390, 844, phone=True)],
    ids=lambda screen: f"{screen.width}x{screen.height}",
)
def screen(request: pytest.FixtureRequest) -> Screen:
    chosen: Screen = request.param
    return chosen


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, chromium: Browser, screen: Screen, failures: Path
) -> Iterator[Visit]:
    """Make people at a deployment, each with a browser profile of their own.

    Whatever they do, no page may load anything from elsewhere or complain in the console.
    """
    visitors: list[Visitor] = []

    def arrive(stack: Stack) -> Visitor:
        context = chromium.new_context(
            base_url=stack.url,
            viewport={"width": screen.width, "height": screen.height},
            is_mobile=screen.phone,
            has_touch=screen.phone,
        )
        context.set_default_timeout(PATIENCE)
        visitors.append(Visitor(context.new_page(), wiki=stack.url))
        return visitors[-1]

    yield arrive
    strays = [stray for visitor in visitors for stray in visitor.strays]
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    if strays or complaints or request.node.stash.get(FAILED, False):
        place = failures / re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
        for number, visitor in enumerate(visitors, start=1):
            visitor.keep(place / f"visitor-{number}")
    for visitor in visitors:
        visitor.page.context.close()
    assert not strays
    assert not complaints


@pytest.fixture
def visitor(visit: Visit, stack: Stack) -> Visitor:
    """Somebody at the shared deployment who is not signed in."""
    return visit(stack)


@pytest.fixture
def admin(visit: Visit, stack: Stack, admin_account: Account) -> Visitor:
    """The first admin, signed in to the wiki."""
    visitor = visit(stack)
    visitor.sign_in(admin_account.username, admin_account.password)
    visitor.expect_the_wiki(email=admin_account.email, role="admin")
    return visitor


@pytest.fixture(scope="session")
def admin_account(stack: Stack) -> Account:
    return Account(stack.config["ADMIN_USERNAME"], ADMIN_EMAIL, stack.config["ADMIN_PASSWORD"])


@pytest.fixture(scope="session")
def _manager(stack: Stack, admin_account: Account) -> Iterator[Admin]:
    """The admin without a browser, for what a test needs and is not about."""
    with Admin(stack.url) as manager:
        # The first to sign in to the wiki becomes its admin.
        manager.sign_in(admin_account.username, admin_account.password)
        manager.enter(admin_account.username, admin_account.password)
        yield manager


@pytest.fixture
def newcomer() -> Account:
    """A user whom nobody has made yet."""
    name = f"person-{secrets.token_hex(4)}"
    return Account(name, f"{name}@example.com", secrets.token_urlsafe(16))


@pytest.fixture
def colleague(_manager: Admin, newcomer: Account) -> Account:
    """A user of the shared deployment."""
    _manager.make_user(newcomer.username, newcomer.email, newcomer.password)
    return newcomer


@pytest.fixture
def member(visit: Visit, stack: Stack, colleague: Account) -> Visitor:
    """A user who is no admin, signed in to the wiki."""
    visitor = visit(stack)
    visitor.sign_in(colleague.username, colleague.password)
    visitor.expect_the_wiki(email=colleague.email, role="member")
    return visitor
