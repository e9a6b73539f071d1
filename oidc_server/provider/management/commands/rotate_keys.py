from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from oidc_server.audit.recording import lines_on_stderr
from oidc_server.provider import rotation


class Command(BaseCommand):
    help = "Make a new key to sign ID tokens by; clients have an hour to learn of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--revoke",
            action="store_true",
            help="A key was stolen: sign by the new one at once, and believe no other any more.",
        )

    @lines_on_stderr()
    def handle(self, *_args: Any, revoke: bool, **_options: Any) -> None:
        made = rotation.revoke() if revoke else rotation.rotate()
        self.stdout.write(f"{made.kid} signs from {made.signs_from.isoformat(timespec='seconds')}")
