"""Cleaning up once an hour, whichever of the servers does it."""

import logging
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from oidc_server.upkeep.cleaning import clean_up
from oidc_server.upkeep.models import Turn

_EVERY = timedelta(hours=1)
_LONG_AGO = datetime.fromtimestamp(0, UTC)

_log = logging.getLogger(__name__)


def clean_up_in_turn() -> bool:
    """Clean up if nobody has for an hour; returns whether it was done.

    What goes wrong is told, and tried again in an hour: the server has more important things to do.
    """
    try:
        if not _is_mine():
            return False
        deleted = {kind: count for kind, count in clean_up().items() if count}
    except Exception:  # noqa: BLE001 - the clock must go on
        _log.exception("could not clean up")
        return False
    if deleted:
        _log.info("cleaned up: %s", ", ".join(f"{count} {kind}" for kind, count in deleted.items()))
    return True


def _is_mine() -> bool:
    """Taken by one statement, so by one server; one that ends meanwhile leaves nothing locked."""
    now = timezone.now()
    Turn.objects.bulk_create([Turn(pk=1, at=_LONG_AGO)], ignore_conflicts=True)
    return bool(Turn.objects.filter(pk=1, at__lt=now - _EVERY).update(at=now))
