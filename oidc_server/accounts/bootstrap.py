"""The configured administrator, made once and let back in when the configuration says so."""

from django.contrib.auth.hashers import check_password, make_password

from oidc_server.accounts import limits
from oidc_server.accounts.models import User
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record


def ensure_administrator(username: str, email: str, password: str) -> str:
    """Make the administrator if missing; apply a configured password that has changed.

    A password that was changed in the admin stays until the *configured* one changes: then it is
    applied, and the account made an active administrator again, so that editing the configuration
    lets in whoever is locked out. Returns what was done, for the log.
    """
    # Found by address too: somebody may have renamed the account since, and a second one with the
    # same address can't be.
    user = User.objects.find(username) or User.objects.find(email)
    if user is None:
        user = User(username=username, email=email)
        outcome, kind = "made", Kind.USER_MADE
    elif not check_password(password, user.configured_password):
        outcome, kind = "given the configured password", Kind.PASSWORD_CHANGED
    else:
        return "kept"
    user.username = username
    user.is_active = user.is_superuser = True
    user.set_password(password)
    user.configured_password = make_password(password)
    user.save()
    limits.let_in([user])
    record(kind, subject=user.sub, by="configuration")
    return outcome
