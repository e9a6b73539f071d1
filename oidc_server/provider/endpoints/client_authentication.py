"""Which client calls. Takes the place of what django-oidc-provider's endpoints do each by itself.

RFC 6749, sections 2.3.1 and 3.2.1: `client_secret_basic`, `client_secret_post`, and `none` for
public clients.
"""

import base64
import binascii
from urllib.parse import unquote_plus

from django.http import HttpRequest
from oidc_provider.lib.errors import TokenError
from oidc_provider.models import Client

from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record
from oidc_server.provider import clients
from oidc_server.provider.client_secrets import is_secret_of
from oidc_server.provider.keys import ALGORITHM
from oidc_server.provider.parameters import is_printable

METHODS = ("client_secret_basic", "client_secret_post", "none")
METHODS_OF_CONFIDENTIAL_CLIENTS = METHODS[:2]


def calling_client(request: HttpRequest) -> Client:
    """The client that `request` comes from; a confidential one has proved it.

    Raises `TokenError` with `invalid_client`, or `invalid_request` for more than one method.
    """
    client_id, secrets = _credentials(request)
    client = clients.by_id(client_id) if is_printable(client_id) else None
    if client is None:
        raise TokenError("invalid_client")
    if not is_supported(client) or not _may_call(client, secrets):
        record(Kind.CLIENT_REFUSED, request=request, client=client.client_id)
        raise TokenError("invalid_client")
    return client


def calling_confidential_client(request: HttpRequest) -> Client:
    """Raises `TokenError` like `calling_client`, and for public clients."""
    client = calling_client(request)
    if client.client_type != "confidential":
        raise TokenError("invalid_client")
    return client


def is_supported(client: Client) -> bool:
    """A client with HS256 would need its secret kept as it is, for the signatures made by it."""
    return client.jwt_alg == ALGORITHM


def _may_call(client: Client, secrets: set[str]) -> bool:
    if client.client_type == "confidential":
        return any(is_secret_of(secret, client) for secret in secrets)
    return secrets == {""}  # a public client has none: whoever sends one takes it for another


def _credentials(request: HttpRequest) -> tuple[str, set[str]]:
    in_form = request.POST.get("client_id", ""), {request.POST.get("client_secret", "")}
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return in_form
    in_header = _of_basic(encoded.strip())
    if in_form[1] != {""} or in_form[0] not in {"", in_header[0]}:
        raise TokenError("invalid_request")  # section 2.3: one method in a request
    return in_header


def _of_basic(encoded: str) -> tuple[str, set[str]]:
    """Both are form-encoded before they are joined, so each may hold a colon.

    Many clients leave that out (Authlib, curl), so the secret may be meant as it stands, too.
    """
    try:
        joined = base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise TokenError("invalid_client") from None
    client_id, _, secret = joined.partition(":")
    return unquote_plus(client_id), {unquote_plus(secret), secret}
