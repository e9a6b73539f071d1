from datetime import datetime

from oidc_provider.models import Code, Token, UserConsent

from oidc_server import batches
from oidc_server.provider.models import Grant
from oidc_server.provider.rotation import delete_ended


def clean_up() -> dict[str, int]:
    """Delete what has expired; returns how many rows of each kind."""
    return {
        "grants": batches.delete_all(_delete_grants),
        "consents": batches.delete_all(_delete_consents),
        "signing keys": delete_ended(),
    }


def _delete_grants(now: datetime) -> int:
    """With their codes and tokens, which never outlive them.

    One that is in use just now is left for the next time.
    """
    found = Grant.objects.select_for_update(skip_locked=True).filter(expires_at__lt=now)
    expired = list(found.order_by("expires_at").values_list("pk", "code", "token")[: batches.SIZE])
    Code.objects.filter(code__in=[code for _, code, _ in expired]).delete()
    Grant.objects.filter(pk__in=[grant for grant, _, _ in expired]).delete()
    Token.objects.filter(pk__in=[token for _, _, token in expired if token]).delete()
    return len(expired)


def _delete_consents(now: datetime) -> int:
    return batches.delete_some(UserConsent.objects.filter(expires_at__lt=now))
