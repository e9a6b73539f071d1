"""RFC 7009."""

from django.http import HttpRequest
from oidc_provider.lib.errors import TokenError

from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record
from oidc_server.provider import grants
from oidc_server.provider.claims import subject
from oidc_server.provider.endpoints.client_authentication import calling_client


def revoke(request: HttpRequest) -> None:
    """End the grant of the token in `request`, whichever kind it is of.

    With an access token goes the refresh token, which section 2.1 leaves to the server: the client
    is done. An old refresh token will do as well, since the last answer may never have arrived. A
    token that is unknown has ended already. Raises `TokenError`.
    """
    client = calling_client(request)
    token = request.POST.get("token", "")
    if not token:
        raise TokenError("invalid_request")
    grant = grants.of_token(token)
    if grant is None:
        return
    if grant.client_id != client.pk:
        raise TokenError("invalid_grant")
    grants.revoke(grant.pk)
    record(
        Kind.TOKENS_REVOKED, request=request, subject=subject(grant.user), client=client.client_id
    )
