"""What the commands that manage users have in common."""

import json
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)

from oidc_server.accounts import links, people
from oidc_server.accounts.models import Purpose, User
from oidc_server.audit.recording import lines_on_stderr

BY = "command line"  # in events
PROGRAM = "docker compose exec oidc python -m oidc_server"


class _Formatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Leaves the examples as they are."""


class UsersCommand(BaseCommand):
    """One whose stdout is its result, as text or JSON. Exits 1 when refused, 2 when misused."""

    examples = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        epilog = f"examples:\n{self.examples.format(PROGRAM)}"
        return super().create_parser(
            prog_name, subcommand, formatter_class=_Formatter, epilog=epilog, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with lines_on_stderr():
                return super().execute(*args, **options)
        except people.Refused as refused:
            raise CommandError(str(refused)) from None
        except KeyboardInterrupt:
            raise CommandError("stopped; nothing was made") from None

    def tell_made(self, user: User, *, as_json: bool) -> None:
        if as_json:
            self._tell_json(user)
        else:
            role = "administrator" if user.is_superuser else "user"
            self.stdout.write(f"made the {role} {user.username} ({user.email})")

    def tell_link(self, user: User, purpose: Purpose, *, as_json: bool) -> None:
        made = links.make(user, purpose, by=BY)
        if as_json:
            ends = made.expires_at.isoformat(timespec="seconds")
            self._tell_json(user, link=made.address, expires_at=ends)
            return
        self.stdout.write(
            f"{purpose.label} of {user.username} ({user.email}), good once,"
            f" until {made.expires_at:%Y-%m-%d %H:%M} UTC:\n{made.address}"
        )

    def _tell_json(self, user: User, **more: str) -> None:
        facts = {
            "username": user.username,
            "email": user.email,
            "name": user.name,
            "subject": user.sub,
            "administrator": user.is_superuser,
        }
        self.stdout.write(json.dumps({**facts, **more}))


def add_user_arguments(parser: ArgumentParser) -> None:
    """Of a user that is to be made."""
    parser.add_argument("--name", type=text, default="", help="The full name, shown in the wiki.")
    parser.add_argument("--admin", action="store_true", help="May manage users.")


def text(value: str) -> str:
    """Bytes that are no UTF-8 arrive in a form that no database takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ArgumentTypeError("this is not UTF-8") from None
    return value
