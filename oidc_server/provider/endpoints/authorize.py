from django.http import HttpRequest
from oidc_provider.lib.endpoints import authorize
from oidc_provider.lib.errors import AuthorizeError, ClientIdError, RedirectUriError
from oidc_provider.models import Code

from oidc_server.provider import grants
from oidc_server.provider.addresses import with_query
from oidc_server.provider.claims import SCOPES
from oidc_server.provider.endpoints.client_authentication import is_supported
from oidc_server.provider.parameters import are_printable, is_s256_challenge

_MAX_NONCE = 255  # the column's length


class RefusedRequest(Exception):  # noqa: N818 - what is done with it, in OAuth's words
    """A request that names no client or address that could be told; only the user can be."""


class AuthorizeEndpoint(authorize.AuthorizeEndpoint):
    """Codes alone: the other flows show tokens to the browser (RFC 9700, section 2.1.2)."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        if self.params["response_type"] != "code":
            self.grant_type = ""  # so it is answered as unknown

    def validate_params(self) -> None:
        """Raises `RefusedRequest`, or `AuthorizeError` for what the client is told."""
        if not are_printable(self.params):
            raise RefusedRequest("A parameter holds characters that are not allowed.")
        try:
            super().validate_params()
        except (ClientIdError, RedirectUriError) as error:
            raise RefusedRequest(error.description) from error
        self._validate_client()
        self._validate_challenge()
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        for name in ("request_uri", "registration"):  # OpenID Connect Core 1.0, 6.2 and 7.2.1
            if asked.get(name):
                raise self._error(f"{name}_not_supported")
        if not self._granted_scope():
            raise self._error("invalid_scope")
        if len(self.params["nonce"]) > _MAX_NONCE:
            raise self._error("invalid_request")

    def _validate_client(self) -> None:
        # django-oidc-provider looks at the response type of OpenID requests only.
        is_registered = self.params["response_type"] in set(self.client.response_type_values())
        if not is_registered or not is_supported(self.client):
            raise self._error("unauthorized_client")

    def _validate_challenge(self) -> None:
        """RFC 9700, section 2.1.1: `plain` protects nothing where the request is seen."""
        challenge, method = self.params["code_challenge"], self.params["code_challenge_method"]
        if challenge and not (method == "S256" and is_s256_challenge(challenge)):
            raise self._error("invalid_request")
        if not challenge and self.client.client_type == "public":
            raise self._error("invalid_request")

    def create_response_uri(self) -> str:
        """Where to send the browser with a code; RFC 6749, section 4.1.2."""
        code = Code(
            nonce=self.params["nonce"],
            is_authentication=self.is_authentication,
            code_challenge=self.params["code_challenge"] or None,
            code_challenge_method=self.params["code_challenge_method"] or None,
        )
        code.scope = self._granted_scope()
        sent = grants.give(
            client=self.client,
            user=self.request.user,
            session_key=self.request.session.session_key,
            redirect_uri=self.params["redirect_uri"],
            code=code,
        )
        answer = {"code": sent, "state": self.params["state"]}
        return with_query(self.params["redirect_uri"], answer)

    def _granted_scope(self) -> list[str]:
        return [name for name in SCOPES if name in self.params["scope"]]

    def _error(self, code: str) -> AuthorizeError:
        return AuthorizeError(self.params["redirect_uri"], code, self.grant_type)
