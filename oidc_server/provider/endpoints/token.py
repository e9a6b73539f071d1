"""RFC 6749, sections 4.1.3 and 6; OpenID Connect Core 1.0, sections 3.1.3 and 12."""

import hmac
import time
from typing import Any

from django.conf import settings
from oidc_provider.lib.endpoints import token
from oidc_provider.lib.errors import TokenError
from oidc_provider.models import Code

from oidc_server.audit.models import Kind
from oidc_server.audit.recording import told
from oidc_server.provider import grants, keys, tokens
from oidc_server.provider.addresses import issuer
from oidc_server.provider.claims import ACR, named, subject
from oidc_server.provider.endpoints.client_authentication import calling_client
from oidc_server.provider.models import Grant
from oidc_server.provider.parameters import are_printable, is_verifier, s256_challenge
from oidc_server.rows import Change

_PARAMETERS = ("grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope")


class TokenEndpoint(token.TokenEndpoint):
    """Two grant types; what else django-oidc-provider knows is not offered.

    Once the caller is known, `validate_params` and `issue` run in one transaction, which the view
    opens.
    """

    grant: Grant
    granted: Code | None = None
    issued: grants.Issued
    scope: list[str]

    def _extract_params(self) -> None:
        self.params = {name: self.request.POST.get(name, "") for name in _PARAMETERS}

    def authenticate(self) -> None:
        """Raises `TokenError`."""
        self.client = calling_client(self.request)

    def validate_params(self) -> None:
        """Raises `TokenError`; a `grants.Replayed` asks for more than an answer."""
        sent_twice = any(len(values) > 1 for _name, values in self.request.POST.lists())
        if sent_twice or not are_printable(self.params):
            raise TokenError("invalid_request")
        match self.params["grant_type"]:
            case "authorization_code":
                self._validate_code()
            case "refresh_token":
                self._validate_refresh_token()
            case "":
                raise TokenError("invalid_request")
            case _:
                raise TokenError("unsupported_grant_type")

    def issue(self) -> None:
        """Save what the answer tells, which ends the transaction."""
        if self.granted is not None:
            self.scope = self.grant.scope.split()
            event = self.event(Kind.TOKENS_ISSUED, self.grant)
            self.issued = grants.take_up(self.grant, self.granted, event)
        else:
            self.scope = self._asked_scope()
            event = self.event(Kind.TOKENS_REFRESHED, self.grant)
            token = self.params["refresh_token"]
            self.issued = grants.refresh(self.grant, token, self.scope, event)

    def create_response_dic(self) -> dict[str, Any]:
        answer = {
            "access_token": self.issued.access_token,
            "refresh_token": self.issued.refresh_token,
            "token_type": "Bearer",
            "expires_in": settings.OIDC_TOKEN_EXPIRE,
            "scope": " ".join(self.scope),
        }
        if "openid" in self.scope:
            answer["id_token"] = self._id_token(self.issued.access_token)
        return answer

    def event(self, kind: Kind, grant: Grant) -> Change:
        return told(
            kind,
            request=self.request,
            subject=subject(grant.user),
            client=self.client.client_id,
        )

    def _validate_code(self) -> None:
        if not self.params["code"]:
            raise TokenError("invalid_request")
        self.grant, self.granted = grants.by_code(self.params["code"], self.client)
        if self.params["redirect_uri"] != self.grant.redirect_uri or not _proves(
            self.params["code_verifier"], self.granted.code_challenge
        ):
            raise TokenError("invalid_grant")

    def _validate_refresh_token(self) -> None:
        if not self.params["refresh_token"]:
            raise TokenError("invalid_request")
        self.grant = grants.by_refresh_token(self.params["refresh_token"], self.client)
        if not set(self._asked_scope()) <= set(self.grant.scope.split()):
            raise TokenError("invalid_scope")

    def _asked_scope(self) -> list[str]:
        return self.params["scope"].split() or self.grant.scope.split()

    def _id_token(self, access_token: str) -> str:
        """OpenID Connect Core 1.0, sections 2, 3.1.3.6 and 12.2: the nonce is for the first one."""
        grant, now = self.grant, int(time.time())
        claims = {
            "iss": issuer(),
            "sub": subject(grant.user),
            "aud": self.client.client_id,
            "exp": now + settings.OIDC_IDTOKEN_EXPIRE,
            "iat": now,
            "auth_time": int(grant.authenticated_at.timestamp()),
            "acr": ACR,
            "at_hash": tokens.at_hash(access_token),
            **named(grant.claims["id_token"], grant.user),
        }
        if self.granted and self.granted.nonce:
            claims["nonce"] = self.granted.nonce
        return keys.signed(claims)


def _proves(verifier: str, challenge: str | None) -> bool:
    """RFC 7636, section 4.6. A verifier without a challenge is refused too: somebody may have
    taken the challenge out of the request (RFC 9700, section 4.8.2).
    """
    if not verifier or not challenge:
        return not verifier and not challenge
    return is_verifier(verifier) and hmac.compare_digest(s256_challenge(verifier), challenge)
