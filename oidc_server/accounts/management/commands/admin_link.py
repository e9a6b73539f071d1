from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from oidc_server.accounts.management.command import UsersCommand, text
from oidc_server.accounts.models import Purpose, User

_NAMED = 10  # administrators, where one has to be chosen


class Command(UsersCommand):
    help = (
        "Print a one-time link by which an administrator who is locked out sets a new password and"
        " gets in, good for an hour. It turns the account on again if it is off. A link that the"
        " administrator had before ends."
    )
    examples = """\
  {0} admin_link
  {0} admin_link alice
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "user",
            type=text,
            nargs="?",
            metavar="USERNAME_OR_EMAIL",
            help="Which one, if there are several.",
        )
        super().add_arguments(parser)

    def handle(self, *_args: Any, user: str | None, json: bool, **_options: Any) -> None:
        self.tell_link(_named(user) if user else _only(), Purpose.ADMIN, as_json=json)


def _named(name: str) -> User:
    found = User.objects.find(name)
    if found is None:
        raise CommandError(f"there is no user {name}")
    if not found.is_superuser:
        raise CommandError(f"{found.username} is no administrator; for users there is invite")
    return found


def _only() -> User:
    """The one that is turned on, or else the one that there is."""
    administrators = User.objects.filter(is_superuser=True)
    for some in (administrators.filter(is_active=True), administrators):
        found = list(some[: _NAMED + 1])
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(one.username for one in found[:_NAMED])
            more = ", …" if len(found) > _NAMED else ""
            raise CommandError(f"there are several administrators, name one: {names}{more}")
    raise CommandError("there is no administrator; make one: create_user USERNAME EMAIL --admin")
