"""A line for each sign-in, accepted or refused: for whoever reads the log, or bans by it.

What was typed is never in it: people type passwords where the username belongs.
"""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from oidc_server.accounts.models import User

_log = logging.getLogger(__name__)


def connect() -> None:
    user_logged_in.connect(_accepted)
    user_login_failed.connect(_refused)


def _accepted(*, request: HttpRequest | None, user: User, **_more: Any) -> None:
    _log.info("sign-in accepted address=%s sub=%s", _address(request), user.sub)


def _refused(*, request: HttpRequest | None = None, **_more: Any) -> None:
    _log.info("sign-in refused address=%s", _address(request))


def _address(request: HttpRequest | None) -> str:
    return request.META.get("REMOTE_ADDR", "-") if request else "-"
