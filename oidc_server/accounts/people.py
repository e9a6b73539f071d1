"""Making users by the command line: all of what is wrong at once, and nothing half made."""

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError, transaction
from django.forms import BaseForm

from oidc_server.accounts.forms import NewPasswordForm, UserWithoutPasswordForm
from oidc_server.accounts.models import User
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record


class Refused(Exception):  # noqa: N818 - named for what happened
    """There can't be such a user; the message has a line for each reason."""


def new(username: str, email: str, name: str, *, is_administrator: bool) -> User:
    """A user that there may be, who is not saved. Raises `Refused`."""
    fields = {"username": username, "email": email, "name": name, "is_superuser": is_administrator}
    form = UserWithoutPasswordForm(fields)
    if not form.is_valid():
        raise Refused(_reasons(form))
    user: User = form.save(commit=False)
    user.set_unusable_password()
    return user


def set_password(user: User, password: str) -> None:
    """Of a user who is not saved. Raises `Refused`."""
    form = NewPasswordForm(user, {"new_password1": password, "new_password2": password})
    if not form.is_valid():
        raise Refused(_reasons(form))
    form.save(commit=False)


def add(user: User, *, by: str) -> None:
    """Raises `Refused` if somebody else was first."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record(Kind.USER_MADE, subject=user.sub, by=by)
    except IntegrityError:
        raise Refused("somebody has just made a user of that name or address") from None


def _reasons(form: BaseForm) -> str:
    # A password stands in both fields, and is refused in the second.
    names = {"new_password1": "password", "new_password2": "password", NON_FIELD_ERRORS: ""}
    lines = []
    for field, reasons in form.errors.items():
        name = names.get(field, field)
        lines += [f"{name}: {reason}" if name else str(reason) for reason in reasons]
    return "\n".join(dict.fromkeys(lines))
