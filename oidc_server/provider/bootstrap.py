"""The provider's rows that a deployment starts with."""

from oidc_provider.models import Client, ResponseType, RSAKey

from oidc_server.provider.client_secrets import at_rest
from oidc_server.provider.keys import make_signing_key

WIKI_CLIENT_NAME = "Outline"


def ensure_signing_key() -> str:
    """Make the RSA key that signs ID tokens if there is none. Returns what was done."""
    if RSAKey.objects.exists():
        return "kept"
    make_signing_key()
    return "made"


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
