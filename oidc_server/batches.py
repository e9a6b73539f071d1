"""Deleting few rows at a time, so that nobody has to wait for it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

SIZE = 500  # rows; SQLite has a limit to the values in a statement
_PAUSE = 0.02  # seconds, in which others write


def delete_all(delete: Callable[[datetime], int]) -> int:
    """Call `delete` until it deletes fewer than `SIZE` rows; returns how many it were in all.

    It is given the same moment each time, and runs in a transaction.
    """
    now, total = timezone.now(), 0
    while True:
        with transaction.atomic():
            deleted = delete(now)
        total += deleted
        if deleted < SIZE:
            return total
        time.sleep(_PAUSE)


def delete_some(expired: QuerySet[Any]) -> int:
    """Delete up to `SIZE` of these rows; returns how many."""
    some = list(expired.values_list("pk", flat=True)[:SIZE])
    return expired.filter(pk__in=some).delete()[0]
