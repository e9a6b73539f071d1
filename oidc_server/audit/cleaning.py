from datetime import datetime, timedelta

from django.conf import settings

from oidc_server import batches
from oidc_server.audit.models import Event


def clean_up() -> dict[str, int]:
    """Delete what is no longer kept; returns how many rows of each kind."""
    return {"events": batches.delete_all(_delete_events)}


def _delete_events(now: datetime) -> int:
    kept = timedelta(days=settings.AUDIT_DAYS)
    return batches.delete_some(Event.objects.filter(at__lt=now - kept))
