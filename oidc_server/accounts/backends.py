from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from oidc_server.accounts.models import User


class UsernameOrEmailBackend(ModelBackend):
    """Signs in by username or e-mail address, in any case: people remember either."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        username: str | None = None,
        password: str | None = None,
        **_kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.find(username)
        if user is None:
            User().set_password(password)  # takes as long as a wrong password does
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
