from typing import Any

from django.core.management.base import BaseCommand

from oidc_server.upkeep.cleaning import clean_up


class Command(BaseCommand):
    help = "Delete what has expired: codes, tokens, consents, sessions and events."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for kind, deleted in clean_up().items():
            self.stdout.write(f"{kind}: {deleted} deleted")
