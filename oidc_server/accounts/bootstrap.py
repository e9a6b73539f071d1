"""The configured administrator, made once and let back in when the configuration says so."""

from django.contrib.auth.hashers import check_password, make_password

from oidc_server.accounts import limits
from oidc_server.accounts.models import User


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
        outcome = "made"
    elif not check_password(password, user.configured_password):
        outcome = "given the configured password"
    else:
        return "kept"
    user.username = username
    user.is_active = user.is_superuser = True
    user.set_password(password)
    user.configured_password = make_password(password)
    user.save()
    limits.let_in([user])
    return outcome
