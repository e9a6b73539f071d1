"""RFC 7662, for confidential clients, of their own tokens."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from oidc_provider.lib.endpoints import introspection
from oidc_provider.lib.errors import TokenError, TokenIntrospectionError
from oidc_provider.models import Client

from oidc_server.provider import grants, tokens
from oidc_server.provider.addresses import issuer
from oidc_server.provider.claims import subject
from oidc_server.provider.endpoints.client_authentication import calling_confidential_client
from oidc_server.provider.models import Grant


class TokenIntrospectionEndpoint(introspection.TokenIntrospectionEndpoint):
    client: Client
    grant: Grant

    def _extract_params(self) -> None:
        self.params = {"token": self.request.POST.get("token", "")}

    def validate_params(self) -> None:
        """Raises `TokenError`, or `TokenIntrospectionError` for what is answered "inactive"."""
        self.client = calling_confidential_client(self.request)
        if not self.params["token"]:
            raise TokenError("invalid_request")
        grant = grants.of_token(self.params["token"])
        if grant is None or grant.client_id != self.client.pk or not grant.user.is_active:
            raise TokenIntrospectionError
        self.grant = grant

    def create_response_dic(self) -> dict[str, Any]:
        """Raises `TokenIntrospectionError` as well."""
        expires_at, scope = self._end_and_scope()
        if expires_at <= timezone.now():
            raise TokenIntrospectionError
        return {
            "active": True,
            "scope": scope,
            "exp": int(expires_at.timestamp()),
            "client_id": self.client.client_id,
            "username": self.grant.user.get_username(),
            "sub": subject(self.grant.user),
            "aud": self.client.client_id,
            "iss": issuer(),
        }

    def _end_and_scope(self) -> tuple[datetime, str]:
        grant, token = self.grant, self.params["token"]
        if grants.is_refresh_token(token, grant):
            return grant.expires_at, grant.scope
        # What begins like a refresh token may be an old one, or a code.
        if grant.token is None or tokens.grant_of(token):
            raise TokenIntrospectionError
        return grant.token.expires_at, " ".join(grant.token.scope)
