"""What of all apps has expired."""

from oidc_server.accounts import cleaning as accounts
from oidc_server.audit import cleaning as audit
from oidc_server.metrics.ours import CLEANED
from oidc_server.provider import cleaning as provider


def clean_up() -> dict[str, int]:
    """Delete it; returns how many rows of each kind."""
    deleted = {kind: n for app in (provider, accounts, audit) for kind, n in app.clean_up().items()}
    for kind, count in deleted.items():
        CLEANED.add(kind, times=count)
    return deleted
