"""A container whose process dies comes back by itself, and the wiki with it, within a minute."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from tests.e2e.people import Person
from tests.e2e.stack import Stack, eventually, sigkill

WITHIN = 60  # seconds


def works(stack: Stack) -> None:
    """Raise unless a fresh sign-in, a browser's upload and the server's own storage calls work."""
    config = stack.config
    with Person(stack.url) as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        assert person.who() is not None
        attachment = person.upload("after.txt", b"after")
        assert attachment.stored.is_success, attachment.stored.text
        assert person.download(attachment).content == b"after"
        assert person.storage_check() == {"ok": True}


@pytest.mark.parametrize("service", ["gateway", "minio", "oidc", "outline", "postgres", "redis"])
def test_everything_works_again_after_process_1_was_killed(
    mortal_stack: Stack, service: str
) -> None:
    running = mortal_stack.running()
    name = next(name for name in running if name in (service, f"{mortal_stack.name}-{service}"))
    before = running[name]

    sigkill(before)

    eventually(lambda: works(mortal_stack), within=WITHIN)
    after = mortal_stack.running()[name]
    assert after["Id"] == before["Id"]
    assert after["State"]["StartedAt"] != before["State"]["StartedAt"]


def test_while_outline_is_away_the_gateway_says_so_whatever_the_method(
    mortal_stack: Stack,
) -> None:
    mortal_stack.compose("stop", "outline")

    with Person(mortal_stack.url) as person:
        answers = [person.request(method, "/api/auth.info") for method in ("GET", "POST", "DELETE")]

    mortal_stack.up()
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("The wiki is starting" in answer.text for answer in answers)


def test_every_long_running_service_is_killed_above(mortal_stack: Stack) -> None:
    killed = {"gateway", "minio", "oidc", "outline", "postgres", "redis"}

    assert {name.removeprefix(f"{mortal_stack.name}-") for name in mortal_stack.running()} == killed


def test_outline_is_reached_through_the_gateway_as_soon_as_it_answers(mortal_stack: Stack) -> None:
    for _ in range(5):
        mortal_stack.compose("stop", "outline")
        mortal_stack.compose("start", "outline")
        outline = mortal_stack.containers()["outline"]
        networks = outline["NetworkSettings"]["Networks"].values()
        itself = f"http://{next(network['IPAddress'] for network in networks)}:3000/_health"
        eventually(partial(httpx.get, itself), within=WITHIN, pause=0.02)

        with Person(mortal_stack.url) as person:
            assert person.request("GET", "/_health").status_code == 200
