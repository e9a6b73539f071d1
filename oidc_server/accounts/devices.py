"""Which accounts a browser has signed in to before, kept by the browser in a signed cookie.

It lets nobody in. It only has the browser's failures counted by themselves, see `limits`.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from oidc_server.accounts.models import User

_LIFE = 365 * 24 * 60 * 60  # seconds since the last sign-in
_MOST = 10  # accounts; a computer in a library must not end with a header that is too long


def known(request: HttpRequest, user: User) -> str | None:
    """The id of the browser, if it has signed in to this account before."""
    device, accounts = _read(request)
    return device if _mark(user) in accounts else None


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Have the browser remember that it signed in to this account."""
    device, accounts = _read(request)
    mark = _mark(user)
    latest_first = [mark, *(one for one in accounts if one != mark)][:_MOST]
    response.set_signed_cookie(
        settings.DEVICE_COOKIE_NAME,
        ".".join([device or secrets.token_hex(16), *latest_first]),
        salt=__name__,
        max_age=_LIFE,
        path=reverse("accounts:login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    """The browser's id, empty if it has none, and the marks of accounts, latest first."""
    value = request.get_signed_cookie(
        settings.DEVICE_COOKIE_NAME, default="", salt=__name__, max_age=_LIFE
    )
    device, *accounts = str(value).split(".")
    return device, accounts


def _mark(user: User) -> str:
    """Stays when names change, and tells whoever else uses the browser nothing."""
    return salted_hmac(__name__, user.sub, algorithm="sha256").hexdigest()[:32]
