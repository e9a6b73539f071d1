"""The provider's rows that a deployment starts with."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from oidc_provider.models import Client, ResponseType, RSAKey

from oidc_server.provider import keys
from oidc_server.provider.client_secrets import at_rest
from oidc_server.provider.models import SigningKey
from oidc_server.sealing import UnknownSeal, seal, unseal

WIKI_CLIENT_NAME = "Outline"
_IN_CLEAR = "-----BEGIN"  # of a key from before


def ensure_signing_key() -> str:
    """Have a key that signs ID tokens, and all keys encrypted; returns what was done."""
    now, outcome = timezone.now(), "kept"
    with transaction.atomic():
        rows = list(RSAKey.objects.all())
        for row in rows:
            if row.key.startswith(_IN_CLEAR):
                _encrypt(row, signs_from=now)
                outcome = "encrypted"
        lost = [row.pk for row in rows if not _opens(row)]
        RSAKey.objects.filter(pk__in=lost).delete()
        if not SigningKey.objects.filter(signs_from__lte=now).exists():
            keys.add(keys.new_signing_key(), signs_from=now)
            outcome = "made"
    keys.forget()
    return f"{outcome}; deleted {len(lost)} that ENCRYPTION_KEY does not open" if lost else outcome


def _encrypt(row: RSAKey, *, signs_from: datetime) -> None:
    pem = row.key
    row.key = seal(pem)
    row.save()
    keys.admit(row, pem, signs_from=signs_from)


def _opens(row: RSAKey) -> bool:
    try:
        unseal(row.key)
    except UnknownSeal:
        return False
    return True


def ensure_wiki_client(client_id: str, client_secret: str, wiki_url: str) -> str:
    """Bring the wiki's client in line with the configuration; returns what was done.

    Known by its name, so that a changed id replaces the old one instead of leaving it valid. The
    URIs are Outline's own (plugins/oidc), and are matched exactly.
    """
    client = Client.objects.filter(name=WIKI_CLIENT_NAME).order_by("pk").first()
    outcome = "kept" if client else "made"
    client = client or Client(name=WIKI_CLIENT_NAME)
    wanted = {
        "client_type": "confidential",
        "client_id": client_id,
        "client_secret": at_rest(client_secret),
        "jwt_alg": "RS256",
        "require_consent": False,
        "website_url": wiki_url,
        "_redirect_uris": f"{wiki_url}/auth/oidc.callback",
        "_post_logout_redirect_uris": wiki_url,
        "_scope": "",
    }
    changed = [name for name, value in wanted.items() if getattr(client, name) != value]
    if changed:
        for name in changed:
            setattr(client, name, wanted[name])
        client.save()
        outcome = "made" if outcome == "made" else "changed"
    client.response_types.set(ResponseType.objects.filter(value="code"))
    return outcome
