import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from oidc_server.accounts import people
from oidc_server.accounts.management.command import BY, UsersCommand, add_user_arguments, text
from oidc_server.accounts.models import Purpose


class Command(UsersCommand):
    help = (
        "Make a user. The password is asked for, or read as one line from stdin; with --invite"
        " there is none, and a one-time link is printed by which the user sets it."
    )
    examples = """\
  {0} create_user bob bob@example.com --name "Bob Jones"
  {0} create_user bob bob@example.com --invite
  docker compose exec -T oidc python -m oidc_server create_user bob bob@example.com < password.txt
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", type=text, metavar="USERNAME")
        parser.add_argument("email", type=text, metavar="EMAIL")
        add_user_arguments(parser)
        parser.add_argument(
            "--invite", action="store_true", help="Print a link in the place of asking a password."
        )
        super().add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = people.new(
            options["username"],
            options["email"],
            options["name"],
            is_administrator=options["admin"],
        )
        if options["invite"]:
            with transaction.atomic():
                people.add(user, by=BY)
                self.tell_link(user, Purpose.INVITATION, as_json=options["json"])
            return
        people.set_password(user, _password())
        people.add(user, by=BY)
        self.tell_made(user, as_json=options["json"])


def _password() -> str:
    if not sys.stdin.isatty():
        try:
            given = sys.stdin.readline().rstrip("\r\n")
            given.encode()
        except UnicodeError:
            raise CommandError("the password on stdin is not UTF-8") from None
        if not given:
            raise CommandError("there is no password on stdin; --invite needs none")
        return given
    try:
        given = getpass("Password: ")
        again = getpass("Password (again): ")
    except EOFError:
        raise CommandError("no password was given") from None
    if given != again:
        raise CommandError("the two passwords are not the same")
    return given
