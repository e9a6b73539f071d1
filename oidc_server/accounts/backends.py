from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from oidc_server import rows
from oidc_server.accounts import limits
from oidc_server.accounts.models import User

_BY_ID = rows.Query(
    "FROM {user} WHERE {user}.id = %s",
    user=(User, "id password sub username name email is_active is_superuser"),
)


class UsernameOrEmailBackend(ModelBackend):
    """Signs in by username or e-mail address, in any case: people remember either."""

    def get_user(self, user_id: int) -> User | None:
        found = _BY_ID.first(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_kwargs: Any,
    ) -> User | None:
        """Raises `limits.TooManyAttempts`.

        Takes the same steps for accounts that are missing, turned off or have another password, so
        that the time it takes doesn't tell them apart.
        """
        if username is None or password is None:
            return None
        user, nobody = User.objects.find(username), _nobody()
        attempt = limits.sign_in(request, username, user)
        is_right = (user or nobody).check_password(password)
        if user is None or not is_right or not self.user_can_authenticate(user):
            return None
        attempt.succeeded()
        return user


@cache
def _nobody() -> User:
    """Whose password is checked when there is no such user; no password is right."""
    return User(password=make_password(get_random_string(32)))
