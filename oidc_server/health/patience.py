"""A restarting database is waited for, not answered for.

The wiki takes any error answer at userinfo or refresh for the end of its user's session, so a
restart of the database, a matter of seconds, must not sign the whole team out.
"""

import select
import time
from collections.abc import Callable

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

_PATIENCE = 15.0  # seconds; the gateway and the wiki wait longer
_POLL = 0.25  # seconds


class WaitForDatabaseMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Health must tell how things are now.
        if request.path.startswith("/uc/health/") or _has_connection():
            return self._get_response(request)
        return HttpResponse("no database\n", content_type="text/plain", status=503)


def _is_silent() -> bool:
    """Whether nothing came over the kept connection since the last answer.

    A server that ends says so, and if it can't, its system does; to ask it would cost more than a
    sign-in's own queries do.
    """
    kept = connection.connection
    if kept is None or connection.vendor != "postgresql" or kept.closed:
        return False
    arrivals = select.poll()
    arrivals.register(kept.fileno(), select.POLLIN)
    return not arrivals.poll(0)


def _has_connection() -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            # What the first query would do anyway: check the kept connection, then connect.
            if _is_silent():
                connection.health_check_done = True  # type: ignore[attr-defined] # missing there
            connection.close_if_health_check_failed()
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        else:
            return True
