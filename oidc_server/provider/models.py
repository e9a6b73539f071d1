"""What a user granted to a client, beside django-oidc-provider's tables of codes and tokens."""

from uuid import uuid4

from django.conf import settings
from django.db import models


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
