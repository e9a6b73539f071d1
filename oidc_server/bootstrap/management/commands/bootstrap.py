"""Everything a fresh or upgraded deployment needs, in order, safe to run at every start."""

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from oidc_server.accounts.bootstrap import ensure_administrator
from oidc_server.environment import read_bootstrap, read_server
from oidc_server.provider.bootstrap import ensure_signing_key, ensure_wiki_client
from oidc_server.waiting import wait_for_database


class Command(BaseCommand):
    help = "Migrate; make the signing key, the wiki's client and the administrator."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        server = read_server(os.environ)
        wanted = read_bootstrap(os.environ)
        wait_for_database(server.database)
        call_command("migrate", interactive=False, verbosity=0)
        self._say("database", "migrated")
        self._say("signing key", ensure_signing_key())
        self._say(
            "wiki's client",
            ensure_wiki_client(wanted.client_id, wanted.client_secret, server.wiki_url),
        )
        self._say(
            f"administrator {wanted.admin_username}",
            ensure_administrator(wanted.admin_username, wanted.admin_email, wanted.admin_password),
        )

    def _say(self, what: str, outcome: str) -> None:
        self.stdout.write(f"{what}: {outcome}")
