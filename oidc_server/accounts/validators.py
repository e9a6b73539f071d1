from typing import Any

from django.contrib.auth import password_validation


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Reads its 20,000 passwords when it is asked: Django's keeps them in memory, two MiB."""

    def __init__(self) -> None:
        """Reads nothing."""

    def validate(self, password: str, user: Any = None) -> None:
        password_validation.CommonPasswordValidator().validate(password, user)
