"""What happened, to whom, and from where: rows that outlive those they tell of."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What can happen. The values are in logs and metrics, and what reads those goes by them."""

    SIGN_IN_ACCEPTED = "sign-in accepted", _("sign-in accepted")
    SIGN_IN_REFUSED = "sign-in refused", _("sign-in refused")
    # Too many were refused before it; no password was looked at.
    SIGN_IN_BLOCKED = "sign-in blocked", _("sign-in blocked")
    SIGN_IN_UNBLOCKED = "sign-in unblocked", _("sign-in unblocked")
    SIGN_OUT = "sign-out", _("sign-out")
    PASSWORD_CHANGED = "password changed", _("password changed")
    # Too many wrong old ones.
    PASSWORD_CHANGE_BLOCKED = "password change blocked", _("password change blocked")
    USER_MADE = "user made", _("user made")
    USER_CHANGED = "user changed", _("user changed")
    USER_TURNED_OFF = "user turned off", _("user turned off")
    USER_TURNED_ON = "user turned on", _("user turned on")
    USER_DELETED = "user deleted", _("user deleted")
    # One by which a user sets a password. Refused was one that is used, expired or made up, blocked
    # any after too many of those.
    LINK_MADE = "link made", _("link made")
    LINK_USED = "link used", _("link used")
    LINK_REFUSED = "link refused", _("link refused")
    LINK_BLOCKED = "link blocked", _("link blocked")
    CODE_GRANTED = "code granted", _("code granted")
    TOKENS_ISSUED = "tokens issued", _("tokens issued")
    TOKENS_REFRESHED = "tokens refreshed", _("tokens refreshed")
    # A code or refresh token came a second time, so all that came of it ended.
    TOKENS_REPLAYED = "tokens replayed", _("tokens replayed")
    TOKENS_REVOKED = "tokens revoked", _("tokens revoked")
    CLIENT_REFUSED = "client refused", _("client refused")
    KEY_ROTATED = "key rotated", _("key rotated")


def kinds() -> Any:
    """Named by migrations in the place of the kinds, so that a new one needs none."""
    return Kind.choices


class Event(models.Model):
    """No foreign keys: a deleted user's or client's events stay."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=32, choices=kinds)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    client_id = models.CharField(_("application"), max_length=255, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["kind", "at"], name="audit_kind"),
            models.Index(fields=["subject", "at"], name="audit_subject"),
            models.Index(fields=["client_id", "at"], name="audit_client"),
            models.Index(fields=["address", "at"], name="audit_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind}"
