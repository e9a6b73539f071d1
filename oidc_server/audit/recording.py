"""The one way to tell what happened: as a row, as a line of JSON on stdout, and in the metrics."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from oidc_server import rows
from oidc_server.audit.models import Event, Kind
from oidc_server.metrics.ours import EVENTS

# Anybody can have these happen without end, and rows are kept for long.
_REPEATABLE = {
    Kind.SIGN_IN_BLOCKED,
    Kind.PASSWORD_CHANGE_BLOCKED,
    Kind.LINK_REFUSED,
    Kind.LINK_BLOCKED,
    Kind.CLIENT_REFUSED,
}
_MOST_ROWS, _WHILE = 10, timedelta(minutes=1)
_log = logging.getLogger(__name__)


def record(
    kind: Kind,
    *,
    request: HttpRequest | None = None,
    subject: str = "",
    client: str = "",
    **details: Any,
) -> None:
    """Write the row of `told` at once; of what anybody can repeat, a few rows a minute."""
    row = told(kind, request=request, subject=subject, client=client, **details)
    if kind not in _REPEATABLE or _is_rare(kind):
        rows.write(row)


def told(
    kind: Kind,
    *,
    request: HttpRequest | None = None,
    subject: str = "",
    client: str = "",
    **details: Any,
) -> rows.Change:
    """Tell that `kind` happened to the user with this `subject`, or to the `client` of this id.

    Returns the row to be, for whoever writes it along with what happened.

    Give only what the provider itself knows, such as what it looked up. What a caller sent may be
    anything: people type passwords where the username belongs. Never a code, token, secret, id of a
    grant or key of a session, nor a digest of one. `details` are few, and become JSON.

    The line comes first, so that it is there when the database is not.
    """
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    at = timezone.now()
    line = {
        "at": at.isoformat(timespec="milliseconds"),
        "kind": kind.value,
        "address": address,
        "subject": subject,
        "client_id": client,
        "details": details,
    }
    _log.info("%s", json.dumps(line))
    EVENTS.add(kind.value)
    return rows.insertion(
        Event(at=at, kind=kind, subject=subject, client_id=client, address=address, details=details)
    )


def _is_rare(kind: Kind) -> bool:
    return Event.objects.filter(kind=kind, at__gt=timezone.now() - _WHILE).count() < _MOST_ROWS


@contextmanager
def lines_on_stderr() -> Iterator[None]:
    """For a command whose stdout is its result, which a script may read."""
    streams = [one for one in _log.handlers if isinstance(one, logging.StreamHandler)]
    before = [(one, one.setStream(sys.stderr)) for one in streams]
    try:
        yield
    finally:
        for handler, stream in before:
            if stream is not None:
                handler.setStream(stream)
