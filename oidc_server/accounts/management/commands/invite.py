from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from oidc_server.accounts import people
from oidc_server.accounts.management.command import BY, UsersCommand, add_user_arguments, text
from oidc_server.accounts.models import Purpose, User


class Command(UsersCommand):
    help = (
        "Print a one-time link by which a user sets a password and gets in, good for 7 days. With"
        " an e-mail address after the username, a user that there isn't is made. A link that the"
        " user had before ends."
    )
    examples = """\
  {0} invite bob
  {0} invite bob bob@example.com --name "Bob Jones"
  {0} invite bob bob@example.com --json | jq -r .link
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", type=text, metavar="USERNAME_OR_EMAIL")
        parser.add_argument("email", type=text, nargs="?", metavar="EMAIL")
        add_user_arguments(parser)
        super().add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        with transaction.atomic():
            user = _existing(**options) or _made(**options)
            self.tell_link(user, Purpose.INVITATION, as_json=options["json"])


def _existing(*, user: str, email: str | None, name: str, admin: bool, **_more: Any) -> User | None:
    found = User.objects.find(user)
    if found is None:
        return None
    if email and found.email.lower() != email.lower():
        raise CommandError(f"{found.username} has another e-mail address: {found.email}")
    if name or admin:
        raise CommandError(f"{found.username} exists: --name and --admin are for new users")
    if not found.is_active:
        raise CommandError(f"{found.username} is turned off; turn them on first")
    return found


def _made(*, user: str, email: str | None, name: str, admin: bool, **_more: Any) -> User:
    if email is None:
        to_make = f"invite USERNAME {user}" if "@" in user else f"invite {user} EMAIL"
        raise CommandError(f"there is no user {user}; to make one: {to_make}")
    made = people.new(user, email, name, is_administrator=admin)
    people.add(made, by=BY)
    return made
