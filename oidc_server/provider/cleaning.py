"""Deleting what has expired: few rows at a time, so that nobody has to wait for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from oidc_provider.models import Code, Token, UserConsent

from oidc_server.provider.models import Grant
from oidc_server.provider.rotation import delete_ended

_BATCH = 500  # rows; SQLite has a limit to the values in a statement


def clean_up() -> dict[str, int]:
    """Returns how many of each kind were deleted."""
    return {
        "grants": _in_batches(_delete_grants),
        "consents": _in_batches(_delete_consents),
        "sessions": _in_batches(_delete_sessions),
        "signing keys": delete_ended(),
    }


def _in_batches(delete: Callable[[datetime], int]) -> int:
    now, total = timezone.now(), 0
    while True:
        with transaction.atomic():
            deleted = delete(now)
        total += deleted
        if deleted < _BATCH:
            return total


def _delete_grants(now: datetime) -> int:
    """With their codes and tokens, which never outlive them.

    One that is in use just now is left for the next time.
    """
    found = Grant.objects.select_for_update(skip_locked=True).filter(expires_at__lt=now)
    expired = list(found.order_by("expires_at").values_list("pk", "code", "token")[:_BATCH])
    Code.objects.filter(code__in=[code for _, code, _ in expired]).delete()
    Grant.objects.filter(pk__in=[grant for grant, _, _ in expired]).delete()
    Token.objects.filter(pk__in=[token for _, _, token in expired if token]).delete()
    return len(expired)


def _delete_consents(now: datetime) -> int:
    return _delete_some(UserConsent.objects.filter(expires_at__lt=now))


def _delete_sessions(now: datetime) -> int:
    return _delete_some(Session.objects.filter(expire_date__lt=now))


def _delete_some(expired: QuerySet[Any]) -> int:
    some = list(expired.values_list("pk", flat=True)[:_BATCH])
    return expired.filter(pk__in=some).delete()[0]
