"""Who calls with an access token. Takes the place of django-oidc-provider's decorator."""

from django.http import HttpRequest
from oidc_provider.lib.errors import BearerTokenError
from oidc_provider.models import Token

from oidc_server.provider import grants
from oidc_server.provider.models import Grant


class NoToken(Exception):  # noqa: N818 - RFC 6750, 3.1: not an error that has a code
    """The request has no access token at all."""


def token_of(request: HttpRequest, scope: str) -> tuple[Grant, Token]:
    """The valid token of an active user, from the header or a form (RFC 6750, 2.1 and 2.2).

    Never from the query (2.3): addresses end in logs and histories.
    Raises `NoToken` or `BearerTokenError`.
    """
    raw = _access_token(request)
    if raw is None:
        raise NoToken
    found = grants.by_access_token(raw)
    if found is None:
        raise BearerTokenError("invalid_token")
    grant, token = found
    if token.has_expired() or not grant.user.is_active:
        raise BearerTokenError("invalid_token")
    if scope not in token.scope:
        raise BearerTokenError("insufficient_scope")
    return grant, token


def _access_token(request: HttpRequest) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if request.method == "POST":
        return request.POST.get("access_token")
    return None
