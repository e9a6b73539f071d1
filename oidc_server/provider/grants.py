"""The life of a grant: given, taken up by its code, refreshed, revoked.

Whatever changes one holds the lock of its row, so that of two requests at once the second sees what
the first did. `by_code` and `by_refresh_token` take it, until the caller's transaction ends. What
every sign-in passes goes by `oidc_server.rows`, the rest by the ORM; with it is written the row
that tells of it.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from oidc_provider.lib.errors import TokenError
from oidc_provider.models import Client, Code, Token

from oidc_server import rows
from oidc_server.provider import tokens
from oidc_server.provider.models import Grant

_USER_COLUMNS = "id sub username name email is_active"
_GRANT_COLUMNS = (
    "id client_id user_id authenticated_at redirect_uri scope claims code code_used_at token_id"
    " refresh previous_refresh refreshed_at salt expires_at"
)
_LOCKED = rows.Query(
    "FROM {grant} JOIN {user} ON {user}.id = {grant}.user_id"
    " LEFT JOIN {code} ON {code}.code = {grant}.code WHERE {grant}.id = %s",
    grant=(Grant, _GRANT_COLUMNS),
    user=(get_user_model(), _USER_COLUMNS),
    code=(Code, "id nonce code_challenge"),
    lock="grant",
)
_BY_ACCESS_TOKEN = rows.Query(
    "FROM {token} JOIN {grant} ON {grant}.token_id = {token}.id"
    " JOIN {user} ON {user}.id = {grant}.user_id WHERE {token}.access_token = %s",
    grant=(Grant, "id claims"),
    user=(get_user_model(), _USER_COLUMNS),
    token=(Token, "id expires_at _scope"),
)


class Replayed(TokenError):  # noqa: N818 - what happened
    """A code or refresh token came once more, so somebody has a copy of it.

    Which of the two is the rightful one can't be told: the grant has to be revoked (RFC 6749,
    section 4.1.2; RFC 9700, section 4.14.2), after the transaction that this error undoes.
    """

    def __init__(self, grant: Grant) -> None:
        super().__init__("invalid_grant")
        self.grant = grant


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What the client is given; only digests of the two are kept."""

    access_token: str
    refresh_token: str


def give(grant: Grant, code: Code, told: rows.Change) -> str:
    """Save `code`, which says whose it is and how far it goes, and a `grant` that knows the rest.

    Returns what the client is sent.
    """
    sent = tokens.new_token_of(grant.pk)
    code.code = grant.code = tokens.digest(sent)
    code.expires_at = timezone.now() + timedelta(seconds=settings.OIDC_CODE_EXPIRE)
    grant.client_id, grant.user_id = code.client_id, code.user_id
    grant.scope, grant.expires_at = " ".join(code.scope), code.expires_at
    rows.write(rows.insertion(code), rows.insertion(grant), told)
    return sent


def by_code(raw: str, client: Client) -> tuple[Grant, Code]:
    """Raises `Replayed`, whoever brings it, or `TokenError`."""
    grant, code = _locked(raw)
    if grant is None or not _is(raw, grant.code):
        raise TokenError("invalid_grant")
    if grant.code_used_at is not None:
        raise Replayed(grant)
    _require_usable(grant, client)
    if code is None:
        raise TokenError("invalid_grant")
    return grant, code


def by_access_token(raw: str) -> tuple[Grant, Token] | None:
    """With its user, whatever has become of all three."""
    found = _BY_ACCESS_TOKEN.first(tokens.digest(raw))
    if found is None:
        return None
    grant: Grant
    grant, grant.user, token = found
    return grant, token


def by_refresh_token(token: str, client: Client) -> Grant:
    """Raises `Replayed` or `TokenError`.

    Any but the newest token of a grant is a replay: so no list of the old ones has to be kept.
    """
    grant, _code = _locked(token)
    if grant is None or grant.client_id != client.pk or not grant.refresh:
        raise TokenError("invalid_grant")
    if not is_refresh_token(token, grant) and not _may_be_repeated(token, grant):
        raise Replayed(grant)
    _require_usable(grant, client)
    return grant


def of_token(token: str) -> Grant | None:
    """The grant that an access token is of, or whatever begins as its refresh tokens do."""
    grant_id = tokens.grant_of(token)
    wanted = Q(pk=grant_id) if grant_id else Q(token__access_token=tokens.digest(token))
    return Grant.objects.select_related("user", "token").filter(wanted).first()


def is_refresh_token(token: str, grant: Grant) -> bool:
    return _is(token, grant.refresh)


def take_up(grant: Grant, code: Code, told: rows.Change) -> Issued:
    """The first tokens, in exchange for the code."""
    issued = Issued(
        access_token=tokens.new_access_token(), refresh_token=tokens.new_token_of(grant.pk)
    )
    token = Token(client_id=grant.client_id, user_id=grant.user_id, **_columns(issued, grant.scope))
    grant.code_used_at = timezone.now()
    rows.write(
        rows.insertion(token),
        _update(grant, issued, "code_used_at", last_id="token_id"),
        rows.deletion(code),
        told,
    )
    return issued


def refresh(grant: Grant, token: str, scope: list[str], told: rows.Change) -> Issued:
    """The next tokens; the access token has `scope`, the refresh token always the grant's.

    Once more the same ones, when the answer to the same request was lost a moment ago: a client
    that asked twice has good tokens whichever answer it kept (RFC 6749, section 6).
    """
    if is_refresh_token(token, grant):
        grant.previous_refresh, grant.salt = grant.refresh, tokens.new_salt()
        grant.refreshed_at = timezone.now()
    access_token, refresh_token = tokens.successors(token, bytes(grant.salt))
    issued = Issued(access_token=access_token, refresh_token=refresh_token)
    columns = _columns(issued, " ".join(scope))
    rows.write(
        rows.update(Token(pk=grant.token_id, **columns), *columns),
        _update(grant, issued, "previous_refresh", "salt", "refreshed_at"),
        told,
    )
    return issued


def revoke(grant_id: UUID) -> None:
    """End a grant with its code and tokens; nothing happens if it has ended already."""
    with transaction.atomic():
        grant = Grant.objects.select_for_update().filter(pk=grant_id).first()
        if grant is not None:
            Code.objects.filter(code=grant.code).delete()
            Token.objects.filter(grant=grant).delete()
            grant.delete()


def _locked(token: str) -> tuple[Grant | None, Code | None]:
    """With its user. The code is there until it was used."""
    grant_id = tokens.grant_of(token)
    found = _LOCKED.first(grant_id.hex) if grant_id else None
    if found is None:
        return None, None
    grant: Grant
    grant, grant.user, code = found
    return grant, code


def _is(token: str, digest: str) -> bool:
    return hmac.compare_digest(tokens.digest(token), digest)


def _may_be_repeated(token: str, grant: Grant) -> bool:
    grace = timedelta(seconds=settings.OIDC_REFRESH_GRACE)
    return (
        grant.refreshed_at is not None
        and timezone.now() <= grant.refreshed_at + grace
        and _is(token, grant.previous_refresh)
    )


def _require_usable(grant: Grant, client: Client) -> None:
    """Being turned off ends a user's grants at once, and for as long as it lasts."""
    if (
        grant.client_id != client.pk
        or grant.expires_at <= timezone.now()
        or not grant.user.is_active
    ):
        raise TokenError("invalid_grant")


def _columns(issued: Issued, scope: str) -> dict[str, Any]:
    """The access token's row. The column of the ID token stays empty: nothing here reads it."""
    return {
        "access_token": tokens.digest(issued.access_token),
        "refresh_token": tokens.digest(issued.refresh_token),
        "expires_at": timezone.now() + timedelta(seconds=settings.OIDC_TOKEN_EXPIRE),
        "_scope": scope,
    }


def _update(grant: Grant, issued: Issued, *names: str, last_id: str = "") -> rows.Change:
    grant.refresh = tokens.digest(issued.refresh_token)
    grant.expires_at = timezone.now() + timedelta(seconds=settings.OIDC_REFRESH_EXPIRE)
    return rows.update(grant, *names, "refresh", "expires_at", last_id=last_id)
