"""When the user of a session proved who they are: `auth_time`, and what `max_age` counts from.

Not the user's last sign-in: that may have been on another device.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

_KEY = "authenticated_at"


def connect() -> None:
    user_logged_in.connect(_remember)


def authenticated_at(request: HttpRequest) -> datetime:
    """To the second, as tokens tell it; long ago, of a session that does not know."""
    return datetime.fromtimestamp(request.session.get(_KEY, 0), tz=UTC)


def _remember(*, request: HttpRequest, **_more: Any) -> None:
    request.session[_KEY] = int(timezone.now().timestamp())
