"""Tells of each sign-in, accepted or refused, and of each sign-out."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from oidc_server.accounts.models import User
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record


def connect() -> None:
    user_logged_in.connect(_accepted)
    user_login_failed.connect(_refused)
    user_logged_out.connect(_ended)


def _accepted(*, request: HttpRequest | None, user: User, **_more: Any) -> None:
    record(Kind.SIGN_IN_ACCEPTED, request=request, subject=user.sub)


def _refused(*, request: HttpRequest | None = None, **_more: Any) -> None:
    record(Kind.SIGN_IN_REFUSED, request=request)


def _ended(*, request: HttpRequest | None, user: User | None, **_more: Any) -> None:
    """`user` is None when nobody was signed in."""
    if user:
        record(Kind.SIGN_OUT, request=request, subject=user.sub)
