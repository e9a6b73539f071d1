from typing import Any

from django.core.management.base import BaseCommand

from oidc_server.provider.cleaning import clean_up


class Command(BaseCommand):
    help = "Delete expired codes, tokens, consents and sessions."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for kind, deleted in clean_up().items():
            self.stdout.write(f"{kind}: {deleted} deleted")
