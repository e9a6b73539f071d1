"""Client secrets in the database."""

import hmac

from oidc_provider.models import Client


def is_secret_of(secret: str, client: Client) -> bool:
    """False for a client that has none."""
    kept = client.client_secret
    return bool(kept) and hmac.compare_digest(secret.encode(), kept.encode())
