"""What django-oidc-provider's tables have no place for: the grants behind codes and tokens, and
when a key signs.
"""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Grant(models.Model):
    """One authorization: the family of a code and of all the tokens that come of it.

    `code`, `refresh` and `previous_refresh` are digests. There is no revoked grant: to revoke is to
    delete. Its access token is a row of django-oidc-provider's, which each refresh writes anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client = models.ForeignKey("oidc_provider.Client", on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    # A digest of the key of the session in which it was given.
    session = models.CharField(max_length=64, db_index=True)
    authenticated_at = models.DateTimeField()
    redirect_uri = models.TextField()
    scope = models.TextField()
    # Those asked for by name, beyond the scope: {"userinfo": […], "id_token": […]}.
    claims = models.JSONField(default=dict)
    code = models.CharField(max_length=64)
    code_used_at = models.DateTimeField(null=True)
    token = models.OneToOneField("oidc_provider.Token", null=True, on_delete=models.CASCADE)
    refresh = models.CharField(max_length=64, blank=True, default="")
    # The one that `refresh` took the place of, when, and by which salt: see `tokens.successors`.
    previous_refresh = models.CharField(max_length=64, blank=True, default="")
    refreshed_at = models.DateTimeField(null=True)
    salt = models.BinaryField(max_length=32, default=bytes)
    # As long as the code is good; once that was used, the end of disuse.
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class SigningKeys(models.QuerySet["SigningKey"]):
    def believed(self) -> "list[SigningKey]":
        """All but those that signed nothing which is still of use; the newest last.

        An ID token is of use until it expires, and as a hint at logout as long as its session.
        """
        keys = list(self.select_related("rsa_key"))
        use = timedelta(seconds=max(settings.OIDC_IDTOKEN_EXPIRE, settings.SESSION_COOKIE_AGE))
        signed_then = [key for key in keys if key.signs_from <= timezone.now() - use][-1:]
        return keys[keys.index(signed_then[0]) :] if signed_then else keys


class SigningKey(models.Model):
    """Since when a key signs: until another one does. It is published before and after."""

    rsa_key = models.OneToOneField(
        "oidc_provider.RSAKey", primary_key=True, editable=False, on_delete=models.CASCADE
    )
    kid = models.CharField(_("key ID"), max_length=43, unique=True, editable=False)
    signs_from = models.DateTimeField(_("signs from"), editable=False)

    objects = SigningKeys.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["signs_from", "pk"]

    def __str__(self) -> str:
        return self.kid
