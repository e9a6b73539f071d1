"""Two deployments on one machine know nothing of each other, and one browser uses both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.chromium import started as chromium_started
from tests.browser.visitor import Visitor
from tests.contract.browser import StrictPerson
from tests.e2e import outer
from tests.e2e.deployments import deployment, free_port
from tests.e2e.people import Admin
from tests.e2e.stack import Stack, eventually

HOST = "a.localhost"
HOST_BELOW = f"b.{HOST}"
WITHIN = 20  # seconds
PATIENCE = 20_000  # milliseconds
OURS = ("oidc", "oidc-init")  # whose images are built
# As the wiki's pages ask who is signed in.
WHO = """async () => {
  const answer = await fetch("/api/auth.info", { method: "POST" });
  return answer.ok ? (await answer.json()).data.user.email : answer.status;
}"""


@pytest.fixture(scope="module")
def name() -> str:
    return f"e2e-side-{free_port()}"


@pytest.fixture(scope="module")
def first_stack(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from _deployment(tmp_path_factory.mktemp("a") / name)


@pytest.fixture(scope="module")
def second_stack(
    name: str,
    first_stack: Stack,  # noqa: ARG001 - is there before
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """A deployment in a folder of the same name elsewhere, at another port of the same host."""
    yield from _deployment(tmp_path_factory.mktemp("b") / name)


def _deployment(folder: Path) -> Iterator[Stack]:
    port = free_port()
    return deployment(
        folder,
        URL=f"http://{HOST}:{port}",
        ADMIN_EMAIL=f"admin-{port}@example.com",
        COMPOSE_PROJECT_NAME="",  # made of the folder's
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


@pytest.fixture
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """One person's browser, with one store of cookies."""
    made = chromium.new_context()
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def signed_in(stack: Stack, profile: BrowserContext) -> Visitor:
    """Return the admin of a deployment, signed in to it in a tab of that browser."""
    visitor = Visitor(profile.new_page(), wiki=stack.url)
    visitor.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
    visitor.expect_the_wiki(email=stack.config["ADMIN_EMAIL"], role="admin")
    return visitor


def who(visitor: Visitor) -> str | int:
    """Return the address of whom the wiki takes the tab's user for, or the status of a refusal."""
    found: str | int = visitor.page.evaluate(WHO)
    return found


def test_folders_of_one_name_make_deployments_of_two(
    name: str, first_stack: Stack, second_stack: Stack
) -> None:
    assert [first_stack.name, second_stack.name] == [name, f"{name}-2"]


def test_they_share_nothing_on_the_engine(first_stack: Stack, second_stack: Stack) -> None:
    one, other = (_possessions(stack) for stack in (first_stack, second_stack))

    for kind, found in one.items():
        assert found, kind
        assert not found & other[kind], kind


def _possessions(stack: Stack) -> dict[str, set[str]]:
    containers = stack.containers()
    mounts = [mount for item in containers.values() for mount in item["Mounts"]]
    networks = [item["NetworkSettings"]["Networks"] for item in containers.values()]
    return {
        "containers": {item["Name"] for item in containers.values()},
        "networks": {name for joined in networks for name in joined},
        "volumes": {mount["Name"] for mount in mounts if mount["Type"] == "volume"},
        "folders": {mount["Source"] for mount in mounts if mount["Type"] == "bind"},
        "ports": {port for item in containers.values() for port in _published(item)},
        "images": {containers[service]["Config"]["Image"] for service in OURS},
    }


def _published(container: dict[str, Any]) -> set[str]:
    places = container["NetworkSettings"]["Ports"].values()
    return {place["HostPort"] for found in places for place in found or ()}


def test_each_admin_signs_in_to_the_own_wiki_alone(first_stack: Stack, second_stack: Stack) -> None:
    for own, other in ((first_stack, second_stack), (second_stack, first_stack)):
        with StrictPerson(own.url) as person:
            person.sign_in("admin", other.config["ADMIN_PASSWORD"])
            stranger = person.who()
            person.sign_in("admin", own.config["ADMIN_PASSWORD"])
            admin = person.who()

        assert stranger is None
        assert admin is not None
        assert admin["email"] == own.config["ADMIN_EMAIL"]


def test_what_is_in_one_is_not_in_the_other(first_stack: Stack, second_stack: Stack) -> None:
    with Admin(first_stack.url) as here, Admin(second_stack.url) as there:
        for person, stack in ((here, first_stack), (there, second_stack)):
            person.sign_in("admin", stack.config["ADMIN_PASSWORD"])
            person.enter("admin", stack.config["ADMIN_PASSWORD"])
        here.make_user("robin", "robin@example.com", "not-a-password")
        attachment = here.upload("minutes.txt", b"text")
        missing = there.request("GET", attachment.url)
        people = there.follow("GET", "/uc/admin/accounts/user/?q=robin")

        assert here.download(attachment).content == b"text"
    assert missing.status_code == httpx.codes.NOT_FOUND
    assert people.status_code == httpx.codes.OK
    assert "robin@example.com" not in people.text


def test_on_one_host_the_user_accounts_keep_both_signed_in(
    first_stack: Stack, second_stack: Stack, profile: BrowserContext
) -> None:
    visitors = [signed_in(stack, profile) for stack in (first_stack, second_stack)]

    for visitor in visitors:
        visitor.go(f"{visitor.wiki}/uc/")
        assert visitor.page.url == f"{visitor.wiki}/uc/"  # and not where one signs in


def test_on_one_host_the_wikis_sign_each_other_out_as_outlines_cookies_have_one_name(
    first_stack: Stack, second_stack: Stack, profile: BrowserContext
) -> None:
    first, second = (signed_in(stack, profile) for stack in (first_stack, second_stack))

    assert who(first) == httpx.codes.UNAUTHORIZED
    assert who(second) == second_stack.config["ADMIN_EMAIL"]

    # Nobody is asked for a password, but what was open in the other tab is refused.
    first.page.goto(first.wiki, wait_until="commit")
    first.expect_the_wiki(email=first_stack.config["ADMIN_EMAIL"], role="admin")
    assert who(second) == httpx.codes.UNAUTHORIZED


def test_on_a_host_of_its_own_though_below_the_other_one_stays_signed_in_to_both(
    first_stack: Stack, second_stack: Stack, profile: BrowserContext
) -> None:
    second_stack.init(URL=second_stack.url.replace(HOST, HOST_BELOW))
    second_stack.up()
    eventually(lambda: _answers(second_stack), within=WITHIN)

    first, second = (signed_in(stack, profile) for stack in (first_stack, second_stack))

    assert who(first) == first_stack.config["ADMIN_EMAIL"]
    assert who(second) == second_stack.config["ADMIN_EMAIL"]
    for visitor in (first, second):
        visitor.upload("minutes.txt", b"text")  # which the wiki wants its CSRF token for


def _answers(stack: Stack) -> None:
    with StrictPerson(stack.url) as person:
        person.request("GET", "/").raise_for_status()


def test_what_removes_one_with_its_data_leaves_the_other(
    first_stack: Stack, second_stack: Stack
) -> None:
    def volumes(stack: Stack) -> set[str]:
        mine = ("--filter", f"label=com.docker.compose.project={stack.name}")
        return set(outer.docker("volume", "ls", "--quiet", *mine).split())

    before = volumes(second_stack)
    first_stack.compose("down", "--volumes")

    assert volumes(first_stack) == set()
    assert volumes(second_stack) == before
    with StrictPerson(second_stack.url) as person:
        person.sign_in("admin", second_stack.config["ADMIN_PASSWORD"])
        user = person.who()
    assert user is not None
    assert user["email"] == second_stack.config["ADMIN_EMAIL"]
