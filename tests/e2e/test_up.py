"""`docker compose up -d --wait` exits 0 with a wiki one can sign in to, and does so every time."""

from __future__ import annotations

import pytest

from tests.e2e.people import Person
from tests.e2e.stack import Stack
from tests.rig import engine


def signed_in(stack: Stack) -> bool:
    with Person(stack.url) as person:
        person.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
        return person.who() is not None


def restart_counts(stack: Stack) -> dict[str, int]:
    return {name: item["RestartCount"] for name, item in stack.containers().items()}


def test_the_wiki_can_be_signed_in_to_once_up_has_returned(stack: Stack) -> None:
    assert signed_in(stack)


def test_no_container_had_to_be_restarted_on_the_way(stack: Stack) -> None:
    assert set(restart_counts(stack).values()) == {0}


def test_up_again_with_nothing_changed_exits_0_and_recreates_nothing(stack: Stack) -> None:
    before = {name: item["Id"] for name, item in stack.containers().items()}

    stack.up()

    assert {name: item["Id"] for name, item in stack.containers().items()} == before
    assert set(restart_counts(stack).values()) == {0}


def test_init_again_changes_no_byte(stack: Stack) -> None:
    before = {path: path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()}

    stack.init()

    after = {path: path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()}
    assert after == before


def test_one_shots_have_ended_well_and_the_rest_is_healthy(stack: Stack) -> None:
    states = {
        name: item["State"].get("Health", {}).get("Status", item["State"]["ExitCode"])
        for name, item in stack.containers().items()
    }

    assert {name: state for name, state in states.items() if name.endswith("-init")} == {
        "postgres-init": 0,
        "minio-init": 0,
        "oidc-init": 0,
    }
    assert {state for name, state in states.items() if not name.endswith("-init")} == {"healthy"}


@pytest.mark.alone
def test_up_exits_0_after_the_engine_was_restarted(stack: Stack) -> None:
    engine.restart()
    stack.up()

    assert signed_in(stack)
    assert set(restart_counts(stack).values()) == {0}
