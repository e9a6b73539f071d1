"""Client secrets: digests to the database.

They are random and long, as `deploygen` makes them, so a digest does not help to guess one, and one
round of SHA-256 will do; a slow hash would cost as much at every refresh as at a sign-in.
"""

import hmac

from oidc_provider.models import Client

from oidc_server.provider import tokens


def at_rest(secret: str) -> str:
    """What the column of django-oidc-provider's client holds, told from a secret in clear."""
    return f"sha256${tokens.digest(secret)}"


def is_secret_of(secret: str, client: Client) -> bool:
    """In constant time; false for a client that has none."""
    return bool(secret) and hmac.compare_digest(
        at_rest(secret).encode(), client.client_secret.encode()
    )
