from datetime import datetime

from django.contrib.sessions.models import Session

from oidc_server import batches
from oidc_server.accounts.models import Failures, Link


def clean_up() -> dict[str, int]:
    """Delete what has expired; returns how many rows of each kind."""
    return {
        "sessions": batches.delete_all(_delete_sessions),
        "failures": batches.delete_all(_delete_failures),
        "links": batches.delete_all(_delete_links),
    }


def _delete_sessions(now: datetime) -> int:
    return batches.delete_some(Session.objects.filter(expire_date__lt=now))


def _delete_failures(now: datetime) -> int:
    return batches.delete_some(Failures.objects.filter(ends_at__lt=now))


def _delete_links(now: datetime) -> int:
    return batches.delete_some(Link.objects.filter(expires_at__lt=now))
