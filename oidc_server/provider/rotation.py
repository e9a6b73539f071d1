"""How one signing key follows another.

A new key is published before it signs, so that no client meets a signature by a key that it can't
know. An old one is believed until nothing that it signed is of use any more.
"""

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from oidc_provider.models import RSAKey

from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record
from oidc_server.provider import keys
from oidc_server.provider.claims import subject
from oidc_server.provider.models import SigningKey


def rotate(request: HttpRequest | None = None) -> SigningKey:
    """Make a key that signs once every client can know it; the others stay as long as of use."""
    wait = timedelta(seconds=keys.JWKS_LIFE + keys.REREAD)
    made = keys.add(keys.new_signing_key(), signs_from=timezone.now() + wait)
    _tell(made, request, revoked=0)
    return made


def revoke(request: HttpRequest | None = None) -> SigningKey:
    """Make a key that signs at once, and believe no other any more: for when one was stolen.

    ID tokens from before prove nothing then, to clients that look at the keys again: that may take
    them `JWKS_LIFE`, and until they do they refuse the new ones. Access and refresh tokens are not
    signed, and stay.
    """
    with transaction.atomic():
        revoked = RSAKey.objects.count()
        RSAKey.objects.all().delete()
        made = keys.add(keys.new_signing_key(), signs_from=timezone.now())
        _tell(made, request, revoked=revoked)
    keys.forget()  # what another thread read again before the others were gone
    return made


def delete_ended() -> int:
    """Delete the keys that are believed no more; returns how many they were."""
    believed = [key.pk for key in SigningKey.objects.believed()]
    ended = SigningKey.objects.exclude(pk__in=believed).values_list("pk", flat=True)
    deleted = len(ended)
    RSAKey.objects.filter(pk__in=list(ended)).delete()
    return deleted


def _tell(made: SigningKey, request: HttpRequest | None, *, revoked: int) -> None:
    by = subject(request.user) if request else ""
    record(Kind.KEY_ROTATED, request=request, subject=by, kid=made.kid, revoked=revoked)
