from typing import Any

from django.http import JsonResponse
from oidc_provider.lib.endpoints import token
from oidc_provider.lib.errors import TokenError
from oidc_provider.models import Token

from oidc_server.provider.parameters import are_printable, is_verifier


class TokenEndpoint(token.TokenEndpoint):
    def validate_params(self) -> None:
        """Raises `TokenError`. Runs in a transaction, which the view opens."""
        credentials = {"client_secret", "username", "password"}  # RFC 6749 allows any text there
        if not are_printable({k: v for k, v in self.params.items() if k not in credentials}):
            raise TokenError("invalid_request")
        verifier = self.params["code_verifier"]
        if verifier is not None and not is_verifier(verifier):
            raise TokenError("invalid_grant")
        if self.params["grant_type"] == "refresh_token":
            self._lock_refresh_token()
        super().validate_params()
        if self.params["grant_type"] == "authorization_code":
            _require_active(self.code.user)
        elif self.params["grant_type"] == "refresh_token":
            _require_active(self.token.user)

    def _lock_refresh_token(self) -> None:
        """Two refreshes at once: the second waits, and finds the token used."""
        found = Token.objects.select_for_update().filter(refresh_token=self.params["refresh_token"])
        found.values_list("pk").first()

    @classmethod
    def response(cls, dic: dict[str, Any], status: int = 200) -> JsonResponse:
        response: JsonResponse = super().response(dic, status=status)
        if dic.get("error") == "invalid_client":  # RFC 6749, section 5.2
            response.status_code = 401
            response["WWW-Authenticate"] = 'Basic realm="token"'
        return response


def _require_active(user: Any) -> None:
    """Being turned off ends every grant at once, whatever the lifetime of its tokens."""
    if user is None or not user.is_active:
        raise TokenError("invalid_grant")
