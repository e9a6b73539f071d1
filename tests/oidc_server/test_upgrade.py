"""What a deployment of an earlier version finds when it is brought up to date."""

from pathlib import Path

from tests.oidc_server import running
from tests.oidc_server.postgresql import Cluster

ROWS_FROM_BEFORE = """
from django.contrib.sessions.models import Session
from django.utils import timezone
from oidc_provider.models import Client, Code, Token
from oidc_server.accounts.models import User
common = {
    "client": Client.objects.create(client_id="outline", client_secret="in clear"),
    "user": User.objects.create_user("alice", "alice@example.com"),
    "expires_at": timezone.now(),
}
Code.objects.create(code="code in clear", **common)
Token.objects.create(access_token="access in clear", refresh_token="refresh in clear", **common)
Session.objects.create(session_key="key in clear", expire_date=timezone.now())
"""
COUNT = """
from django.contrib.sessions.models import Session
from oidc_provider.models import Client, Code, Token
from oidc_server.accounts.models import User
print(*(one.objects.count() for one in (User, Client, Code, Token, Session)))
"""
KEY_FROM_BEFORE = """
from oidc_provider.models import RSAKey
from oidc_server.provider.keys import new_signing_key
RSAKey.objects.create(key=new_signing_key())
"""
KEYS = """
from oidc_provider.models import RSAKey
from oidc_server.sealing import unseal
print(*(unseal(row.key).startswith("-----BEGIN") for row in RSAKey.objects.all()))
"""


def test_codes_tokens_and_sessions_that_lie_in_clear_are_forgotten(
    postgresql: Cluster | None, tmp_path: Path
) -> None:
    variables = running.fresh(postgresql, tmp_path)
    for app in ("oidc_provider", "sessions"):
        running.command("migrate", app, variables=variables)
    running.command("shell", "-v0", "-c", ROWS_FROM_BEFORE, variables=variables)

    running.command("migrate", variables=variables)

    left = running.command("shell", "-v0", "-c", COUNT, variables=variables).stdout
    assert left.split() == ["1", "1", "0", "0", "0"]


def test_the_key_that_signed_is_encrypted(postgresql: Cluster | None, tmp_path: Path) -> None:
    variables = running.fresh(postgresql, tmp_path)
    running.command("migrate", "oidc_provider", variables=variables)
    running.command("shell", "-v0", "-c", KEY_FROM_BEFORE, variables=variables)

    told = running.command("init", variables=variables).stdout

    assert "signing key: encrypted" in told
    assert running.command("shell", "-v0", "-c", KEYS, variables=variables).stdout == "True\n"
