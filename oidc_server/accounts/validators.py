from django.contrib.auth import password_validation
from django.contrib.auth.base_user import AbstractBaseUser


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's keeps its 20,000 passwords in memory, two MiB; this one reads them when it is asked."""

    def __init__(self) -> None:
        """Reads nothing."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        password_validation.CommonPasswordValidator().validate(password, user)
