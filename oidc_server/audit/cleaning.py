from datetime import datetime, timedelta

from django.conf import settings

from oidc_server import batches
from oidc_server.audit.models import Event, Kind

# Of each kind, however young they are: whoever is signed in can have some happen without end, and
# no flood of one kind may fill the disk or push the others out. About 120 MB with their indexes.
MOST = 200_000


def clean_up() -> dict[str, int]:
    """Delete what is no longer kept; returns how many rows of each kind."""
    old = batches.delete_all(_delete_old)
    return {"events": old + sum(_delete_all_but_newest(kind) for kind in Kind)}


def _delete_old(now: datetime) -> int:
    kept = timedelta(days=settings.AUDIT_DAYS)
    return batches.delete_some(Event.objects.filter(at__lt=now - kept))


def _delete_all_but_newest(kind: Kind) -> int:
    events = Event.objects.filter(kind=kind)
    # Looked for once, as it is counted off in the index.
    last = events.order_by("-at").values_list("at", flat=True)[MOST : MOST + 1].first()
    if last is None:
        return 0
    return batches.delete_all(lambda _now: batches.delete_some(events.filter(at__lte=last)))
