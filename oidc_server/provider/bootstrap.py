"""The provider's rows that a deployment starts with."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from oidc_provider.models import Client, ResponseType, RSAKey

WIKI_CLIENT_NAME = "Outline"
# NIST SP 800-57: good until 2030; 3072 would triple the time of a sign-in's signature.
_KEY_BITS = 2048


def ensure_signing_key() -> str:
    """Make the RSA key that signs ID tokens if there is none. Returns what was done."""
    if RSAKey.objects.exists():
        return "kept"
    RSAKey.objects.create(key=new_signing_key())
    return "made"


def new_signing_key() -> str:
    """An RSA key in PEM, as django-oidc-provider's table holds it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode("ascii")


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
        "client_secret": client_secret,
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
