"""One-time links by which somebody sets a password and gets in.

A link is known by 256 random bits, of which the database holds the SHA-256. It works once, until it
expires. A later one for the same user and purpose ends it, and so do a new password and turning the
user off (`User.save`).

Programs that look at mail open links too. So opening one changes nothing: it moves the secret from
the address, which browsers keep and send on, into a cookie, and a form then sends it.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from oidc_server.accounts import limits
from oidc_server.accounts.forms import NewPasswordForm
from oidc_server.accounts.models import Link, Purpose, User
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record

LIFE = {Purpose.INVITATION: timedelta(days=7), Purpose.ADMIN: timedelta(hours=1)}
KEY = "key"  # of the address and of the form
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)  # 32 bytes in base64url
_READING = 60 * 60  # seconds that the page may stay open


@dataclass(frozen=True)
class Made:
    """A new link. `address` holds the secret: show it once, and keep it nowhere."""

    address: str
    expires_at: datetime


def make(user: User, purpose: Purpose, *, by: str) -> Made:
    """Make the one link of this user for this purpose; `by` is who wants it, for the events."""
    secret = secrets.token_urlsafe(32)
    expires_at = timezone.now() + LIFE[purpose]
    new = {"digest": _digest(secret), "expires_at": expires_at, "used_at": None}
    with transaction.atomic():
        Link.objects.update_or_create(user=user, purpose=purpose.value, defaults=new)
        record(Kind.LINK_MADE, subject=user.sub, by=by, purpose=purpose.value)
    address = f"{settings.SITE_URL}{reverse('accounts:link')}?{urlencode({KEY: secret})}"
    return Made(address, expires_at)


def put_aside(request: HttpRequest) -> HttpResponse:
    """Lead on to the page without the secret in its address."""
    response = HttpResponseRedirect(reverse("accounts:link"))
    secret = request.GET.get(KEY, "")
    if _SECRET.fullmatch(secret):
        response.set_cookie(
            settings.LINK_COOKIE_NAME,
            secret,
            max_age=_READING,
            path=reverse("accounts:link"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        forget(response)
    return response


def forget(response: HttpResponse) -> None:
    """Have the browser forget what was put aside."""
    response.delete_cookie(settings.LINK_COOKIE_NAME, path=reverse("accounts:link"), samesite="Lax")


def secret_of(request: HttpRequest) -> str:
    """The secret that a form brought, or else the one that was put aside; empty if there is none.

    The form's own, so that of two links in two tabs each opens its account.
    """
    if request.method == "POST":
        secret = request.POST.get(KEY, "")
    else:
        secret = request.COOKIES.get(settings.LINK_COOKIE_NAME, "")
    return secret if _SECRET.fullmatch(secret) else ""


def find(request: HttpRequest) -> Link | None:
    """The link that the request brings, if it works. Raises `limits.TooManyAttempts`."""
    secret = secret_of(request)
    if not secret:
        return None
    attempt = limits.link(request)
    link = Link.objects.select_related("user").filter(digest=_digest(secret)).first()
    if link is None or not _works(link):
        refuse(request, link)
        return None
    attempt.succeeded()
    return link


def refuse(request: HttpRequest, link: Link | None) -> None:
    record(Kind.LINK_REFUSED, request=request, subject=link.user.sub if link else "")


def use(request: HttpRequest, link: Link, form: NewPasswordForm) -> bool:
    """Set the password of a valid form; False if the link has ended meanwhile.

    An administrator's link turns the account on again, as a new ADMIN_PASSWORD does: it is for when
    nobody else is left to do so, and whoever makes it could write to the database as well.
    """
    user, now = link.user, timezone.now()
    with transaction.atomic():
        # As turning off begins, so that neither waits for the other for ever.
        User.objects.select_for_update().filter(pk=user.pk).first()
        # One statement looks and takes, so that of two requests at once one gets it.
        unused = Link.objects.filter(pk=link.pk, digest=link.digest, used_at=None)
        if not unused.filter(expires_at__gt=now).update(used_at=now):
            return False
        turned_on = link.purpose == Purpose.ADMIN and not user.is_active
        if turned_on:
            user.is_active = True
            user.save(update_fields=["is_active"])
        form.save()
        record(Kind.LINK_USED, request=request, subject=user.sub, purpose=link.purpose)
        if turned_on:
            record(Kind.USER_TURNED_ON, request=request, subject=user.sub, by=link.purpose)
        record(Kind.PASSWORD_CHANGED, request=request, subject=user.sub, by=link.purpose)
    return True


def _works(link: Link) -> bool:
    """An administrator's link ends with their being one; it is made for who is turned off, too."""
    user = link.user
    allowed = user.is_superuser if link.purpose == Purpose.ADMIN else user.is_active
    return allowed and link.used_at is None and link.expires_at > timezone.now()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
