"""The user. Nothing here knows of OpenID but the subject, which outlives names and addresses."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# No "@": what is typed at sign-in is an e-mail address if it has one, and a username otherwise.
username_validator = RegexValidator(
    r"^[\w.+-]+\Z", _("Use letters, digits and the characters . + - _ only.")
)


def new_subject() -> str:
    return str(uuid.uuid4())


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, username: str, email: str, password: str | None = None, **fields: object
    ) -> "User":
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str, password: str | None = None, **fields: object
    ) -> "User":
        return self.create_user(username, email, password, **{**fields, "is_superuser": True})

    def find(self, identifier: str) -> "User | None":
        """Whoever has this username or e-mail address, in any case."""
        column = "email" if "@" in identifier else "username"
        if "\0" in identifier:  # PostgreSQL refuses it with an error
            return None
        return self.alias(lowered=Lower(column)).filter(lowered=identifier.lower()).first()


class User(AbstractBaseUser, PermissionsMixin):
    # Text and not a UUID column: accounts brought over keep the subject their wiki knows them by.
    sub = models.CharField(
        _("subject"),
        max_length=255,
        unique=True,
        editable=False,
        default=new_subject,
        help_text=_("What the wiki knows the user by. It never changes."),
    )
    username = models.CharField(
        _("username"), max_length=150, unique=True, validators=[username_validator]
    )
    name = models.CharField(
        _("full name"), max_length=150, blank=True, help_text=_("Shown in the wiki.")
    )
    email = models.EmailField(
        _("e-mail address"), help_text=_("The wiki takes it as verified: check it before saving.")
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_(
            "Untick this to turn the user off instead of deleting them: they can't sign in any"
            " more, and the wiki ends their session when it next asks."
        ),
    )
    is_superuser = models.BooleanField(
        _("administrator"), default=False, help_text=_("May manage users here.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    # A hash of the configured password that was last applied; see `bootstrap`.
    configured_password = models.CharField(max_length=128, blank=True, default="", editable=False)

    objects: ClassVar[UserManager] = UserManager()
    _password: str | None  # Django's, between `set_password` and `save`

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message=_("A user with that username already exists."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_any_case",
                violation_error_message=_("A user with that e-mail address already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        """Django's admin asks for it; there is one kind of administrator here."""
        return self.is_superuser

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.username

    def clean(self) -> None:
        super().clean()
        self.email = User.objects.normalize_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password, and being turned off, end the links that would set another one."""
        ends_links = self._password is not None or not self.is_active
        super().save(*args, **kwargs)
        if ends_links:
            self.links.filter(used_at=None).delete()


class Failures(models.Model):
    """How many attempts at an account from a source failed, until the time when that is forgotten.

    `account` and `source` are digests, see `limits`; either is empty where it stands for any.
    """

    account = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source"], name="accounts_failures_account_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%Y-%m-%d %H:%M:%S}"


class Purpose(models.TextChoices):
    """What a link is for. The values are in logs."""

    INVITATION = "invitation", _("invitation")
    ADMIN = "admin link", _("admin link")


class Link(models.Model):
    """A link by which a user sets a password, once, and gets in; see `links`.

    There is one for each user and purpose: the next one takes its place. The database holds the
    SHA-256 of what it is known by.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose"], name="accounts_link_user_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} until {self.expires_at:%Y-%m-%d %H:%M:%S}"
