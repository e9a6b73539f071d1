"""The clients, whom each request names and nobody changes but `bootstrap`.

So one that was found is remembered, for a few seconds. A change by this process is heeded at once,
one by another after that time.
"""

import time
from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save
from oidc_provider.models import Client

LIFE = 10.0  # seconds
_known: dict[str, tuple[float, Client]] = {}


def by_id(client_id: str) -> Client | None:
    """With its response types. Not to be changed: several threads may have it."""
    until, client = _known.get(client_id, (0.0, None))
    if time.monotonic() < until:
        return client
    found = Client.objects.prefetch_related("response_types").filter(client_id=client_id).first()
    if found is None:
        _known.pop(client_id, None)
    else:
        _known[client_id] = time.monotonic() + LIFE, found
    return found


def connect() -> None:
    post_save.connect(_forget, sender=Client)
    post_delete.connect(_forget, sender=Client)
    m2m_changed.connect(_forget, sender=Client.response_types.through)


def _forget(**_change: Any) -> None:
    _known.clear()


class _Manager:
    def get(self, *, client_id: str) -> Client:
        """Raises `Client.DoesNotExist`."""
        client = by_id(client_id)
        if client is None:
            raise Client.DoesNotExist
        return client


class Remembered:
    """`by_id` in the form in which django-oidc-provider's endpoint looks clients up."""

    objects = _Manager()
