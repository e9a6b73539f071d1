from oidc_provider.lib.endpoints import authorize
from oidc_provider.lib.errors import AuthorizeError, ClientIdError, RedirectUriError

from oidc_server.provider.parameters import are_printable, is_s256_challenge

_MAX_NONCE = 255  # the column's length


class RefusedRequest(Exception):  # noqa: N818 - what is done with it, in OAuth's words
    """A request that names no client or address that could be told; only the user can be."""


class AuthorizeEndpoint(authorize.AuthorizeEndpoint):
    def validate_params(self) -> None:
        """Raises `RefusedRequest`, or `AuthorizeError` for what the client is told."""
        if not are_printable(self.params):
            raise RefusedRequest("A parameter holds characters that are not allowed.")
        try:
            super().validate_params()
        except (ClientIdError, RedirectUriError) as error:
            raise RefusedRequest(error.description) from error
        # django-oidc-provider checks this for OpenID requests only.
        if self.params["response_type"] not in set(self.client.response_type_values()):
            raise self._error("unauthorized_client")
        # RFC 9700, 2.1.1: `plain` protects nothing where the request is seen.
        challenge, method = self.params["code_challenge"], self.params["code_challenge_method"]
        if challenge and not (method == "S256" and is_s256_challenge(challenge)):
            raise self._error("invalid_request")
        if len(self.params["nonce"]) > _MAX_NONCE:
            raise self._error("invalid_request")

    def _error(self, code: str) -> AuthorizeError:
        return AuthorizeError(self.params["redirect_uri"], code, self.grant_type)
