"""Users from the command line."""

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from oidc_server.accounts.models import Link, User
from oidc_server.audit.models import Event
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import Cluster
from tests.oidc_server.test_links import secret_in, send

GOOD = "a-very-good-password"
BOB = ("bob", "bob@example.com")
pytestmark = pytest.mark.django_db


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Any:
    def give(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return give


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody at a terminal who types these."""

    def give(*typed: str) -> None:
        keyboard = iter(typed)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr(
            "oidc_server.accounts.management.commands.create_user.getpass",
            lambda _prompt: next(keyboard),
        )

    return give


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    """What is said; nothing is made."""
    before = list(User.objects.values()), list(Link.objects.values()), Event.objects.count()
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert (
        list(User.objects.values()),
        list(Link.objects.values()),
        Event.objects.count(),
    ) == before
    return str(raised.value)


def rows() -> list[Any]:
    return [row for model in (User, Link, Event) for row in model.objects.values().order_by("pk")]


def link_in(text: str) -> str:
    found = re.search(
        rf"^{re.escape(flow.WIKI)}/uc/accounts/link/\?key=[\w-]{{43}}$", text, re.MULTILINE
    )
    assert found
    return found[0]


def let_in(address: str) -> None:
    assert send(secret_in(address)).status_code == 303


@pytest.mark.parametrize("ending", ["\n", "\r\n", "", "\nmore"])
def test_a_user_is_made_with_the_password_on_stdin(stdin: Any, ending: str) -> None:
    stdin(f"{GOOD}{ending}")

    said = run("create_user", *BOB, "--name", "Bob Jones")

    bob = User.objects.get()
    assert said == "made the user bob (bob@example.com)\n"
    assert (bob.name, bob.is_superuser, bob.is_active) == ("Bob Jones", False, True)
    assert flow.backend().login(username="bob", password=GOOD)
    told = Event.objects.earliest("pk")
    assert (told.kind, told.subject, told.details) == ("user made", bob.sub, {"by": "command line"})


def test_a_password_is_asked_for_twice(terminal: Any) -> None:
    terminal(GOOD, GOOD)

    run("create_user", *BOB, "--admin")

    assert User.objects.get().is_superuser
    assert flow.backend().login(username="bob", password=GOOD)


def test_two_different_passwords_make_nobody(terminal: Any) -> None:
    terminal(GOOD, "mistyped")

    assert "not the same" in refused("create_user", *BOB)


@pytest.mark.parametrize(
    ("arguments", "password", "reasons"),
    [
        (BOB, "", ["no password on stdin; --invite"]),
        (BOB, "short", ["password: This password is too short"]),
        (BOB, "bob@example.com", ["password: The password is too similar to the e-mail address"]),
        (BOB, "good-\0-password", ["password: Null characters"]),
        (BOB, "good-\udcff-password", ["not UTF-8"]),
        (("Alice", "new@example.com"), GOOD, ["A user with that username already exists."]),
        (("new", "ALICE@example.com"), GOOD, ["A user with that e-mail address already exists."]),
        (("b@b", "no-address"), GOOD, ["username: Use letters", "email: Enter a valid email"]),
        (("", ""), GOOD, ["username: This field is required", "email: This field is required"]),
        (("b" * 151, "bob@example.com"), GOOD, ["username: Ensure this value has at most 150"]),
    ],
)
@pytest.mark.usefixtures("alice")
def test_whatever_is_wrong_is_told_and_makes_nobody(
    stdin: Any, arguments: tuple[str, str], password: str, reasons: list[str]
) -> None:
    stdin(f"{password}\n")

    said = refused("create_user", *arguments)

    assert all(reason in said for reason in reasons)
    assert len(said.splitlines()) == len(reasons)


class _Slow:
    """Stdin of somebody who types while somebody else makes the same user."""

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        flow.make_user("bob")
        return GOOD


def test_of_two_who_make_the_same_user_at_once_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", _Slow())

    with pytest.raises(CommandError, match="somebody has just made a user"):
        run("create_user", *BOB)

    assert User.objects.get().check_password(flow.PASSWORD)
    assert not Event.objects.exists()


@pytest.mark.parametrize("command", ["create_user", "invite"])
def test_bytes_that_are_no_text_are_refused(command: str) -> None:
    assert "not UTF-8" in refused(command, "bob", "bob@example.com", "--name", "B\udcffb")


@pytest.mark.parametrize("arguments", [("create_user", "--invite"), ("invite",)])
def test_a_user_is_made_with_a_link_in_the_place_of_a_password(arguments: tuple[str, ...]) -> None:
    said = run(arguments[0], *BOB, "--name", "Bob Jones", *arguments[1:])

    bob = User.objects.get()
    assert "invitation of bob (bob@example.com), good once, until " in said
    assert not bob.has_usable_password()
    assert bob.name == "Bob Jones"
    let_in(link_in(said))
    assert [event.kind for event in Event.objects.order_by("pk")][:2] == ["user made", "link made"]


@pytest.mark.parametrize(
    "names", [["alice"], ["ALICE@example.com"], ["Alice", "Alice@Example.com"]]
)
@pytest.mark.usefixtures("alice")
def test_somebody_who_has_an_account_is_invited(names: list[str]) -> None:
    said = run("invite", *names)

    assert User.objects.count() == 1
    let_in(link_in(said))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("bob",), "there is no user bob; to make one: invite bob EMAIL"),
        (("bob@example.com",), "to make one: invite USERNAME bob@example.com"),
        (("alice", "bob@example.com"), "alice has another e-mail address: alice@example.com"),
        (("bob", "alice@example.com"), "A user with that e-mail address already exists."),
        (("bob@example.com", "bob@example.com"), "username: Use letters"),
        (("alice", "--admin"), "alice exists: --name and --admin are for new users"),
        (("off",), "off is turned off"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_an_invitation_that_makes_no_sense_makes_nothing(
    arguments: tuple[str, ...], reason: str
) -> None:
    flow.make_user("off", is_active=False)

    assert reason in refused("invite", *arguments)


@pytest.mark.parametrize(
    "arguments", [("create_user", *BOB, "--invite"), ("invite", *BOB), ("admin_link", "root")]
)
@pytest.mark.usefixtures("admin_user")
def test_scripts_read_one_object_and_nothing_else(
    arguments: tuple[str, ...], events: io.StringIO
) -> None:
    told = json.loads(run(*arguments, "--json"))

    facts = {"username", "email", "name", "subject", "administrator"}
    assert set(told) == {*facts, "link", "expires_at"}
    let_in(told["link"])
    assert '"kind": "link made"' not in events.getvalue()
    assert '"kind": "link used"' in events.getvalue()


def test_the_password_needs_no_link(stdin: Any) -> None:
    stdin(GOOD)

    told = json.loads(run("create_user", *BOB, "--json"))

    assert told["subject"] == User.objects.get().sub
    assert "link" not in told


def test_commands_as_they_are_run(postgresql: Cluster | None, tmp_path: Path) -> None:
    variables = running.fresh(postgresql, tmp_path)
    running.command("init", variables=variables)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return running.command(*arguments, variables=variables, check=False)

    made = run("invite", *BOB, "--json")
    again = run("create_user", *BOB, "--invite")
    misused = run("create_user", "bob")

    assert json.loads(made.stdout)["username"] == "bob"
    assert '"kind": "link made"' in made.stderr
    assert (made.returncode, again.returncode, misused.returncode) == (0, 1, 2)
    assert "A user with that username already exists." in again.stderr
    assert "the following arguments are required: EMAIL" in misused.stderr


def test_an_administrator_who_is_locked_out_gets_in(admin_user: Any) -> None:
    flow.make_user("alice")

    said = run("admin_link")

    assert "admin link of root (root@example.com), good once" in said
    let_in(link_in(said))
    assert flow.backend().login(username="root", password="another-good-password")
    assert Event.objects.filter(kind="link made").get().subject == admin_user.sub


def test_the_one_who_is_turned_on_is_taken(admin_user: Any) -> None:
    flow.make_user("away", is_superuser=True, is_active=False)

    assert f"of {admin_user.username} " in run("admin_link")


def test_the_only_one_may_be_turned_off(admin_user: Any) -> None:
    User.objects.update(is_active=False)

    let_in(link_in(run("admin_link")))

    admin_user.refresh_from_db()
    assert admin_user.is_active


def test_an_admin_link_says_what_is_wrong() -> None:
    assert "create_user USERNAME EMAIL --admin" in refused("admin_link")
    flow.make_user("alice")
    for name in ("one", "two"):
        flow.make_user(name, is_superuser=True)
    assert "several administrators, name one: one, two" in refused("admin_link")
    assert "no user nobody" in refused("admin_link", "nobody")
    assert "alice is no administrator" in refused("admin_link", "alice")


@pytest.mark.parametrize("command", ["create_user", "invite", "admin_link"])
def test_help_has_examples(command: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as exit_:
        call_command(command, "--help")

    assert exit_.value.code == 0
    assert f"  docker compose exec oidc python -m oidc_server {command}" in capsys.readouterr().out
