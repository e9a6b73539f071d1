from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oidc_server.accounts import limits
from oidc_server.accounts.management.command import BY
from oidc_server.accounts.models import User
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import lines_on_stderr, record


class Command(BaseCommand):
    help = "Let in at once who typed wrong passwords too often: these users, or everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("users", nargs="*", metavar="USERNAME_OR_EMAIL")

    @lines_on_stderr()
    def handle(self, *_args: Any, users: list[str], **_options: Any) -> None:
        if not users:
            limits.let_everybody_in()
            record(Kind.SIGN_IN_UNBLOCKED, by=BY, everybody=True)
            self.stdout.write("everybody may sign in again")
            return
        found = {name: User.objects.find(name) for name in users}
        missing = [name for name, user in found.items() if user is None]
        if missing:
            raise CommandError(f"there is no user {', '.join(missing)}")
        to_let_in = {user.sub: user for user in found.values() if user}
        limits.let_in(to_let_in.values())
        for subject in to_let_in:
            record(Kind.SIGN_IN_UNBLOCKED, subject=subject, by=BY)
        self.stdout.write(f"may sign in again: {', '.join(users)}")
