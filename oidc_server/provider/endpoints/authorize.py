"""What an authorization request asks for, and what has to come before the answer.

RFC 6749, section 4.1.1; OpenID Connect Core 1.0, section 3.1.2.
"""

import re
from datetime import timedelta
from typing import Any

import jwt
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from oidc_provider.lib.endpoints import authorize
from oidc_provider.lib.errors import AuthorizeError, ClientIdError, RedirectUriError
from oidc_provider.models import Code

from oidc_server.audit.models import Kind
from oidc_server.audit.recording import told
from oidc_server.provider import clients, grants, keys, tokens
from oidc_server.provider.addresses import with_query
from oidc_server.provider.authentication import authenticated_at
from oidc_server.provider.claims import CLAIMS, SCOPES, subject
from oidc_server.provider.endpoints.authorization_response import MODES
from oidc_server.provider.endpoints.claims_request import ClaimsRequest
from oidc_server.provider.endpoints.client_authentication import is_supported
from oidc_server.provider.models import Grant
from oidc_server.provider.parameters import are_printable, is_s256_challenge

_NOT_SUPPORTED = ("request", "request_uri", "registration")  # OpenID Connect Core, 6 and 7.2.1
_PARAMETERS = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("prompt", "max_age", "id_token_hint", "claims", "code_challenge", "code_challenge_method"),
    *_NOT_SUPPORTED,
)
_SECONDS = re.compile(r"[0-9]{1,10}")
_MAX_NONCE = 255  # the column's length
_MET_BY_SIGN_IN = {"login", "select_account"}


class RefusedRequest(Exception):  # noqa: N818 - what is done with it, in OAuth's words
    """A request that names no client or address that could be told; only the user can be."""


class AuthorizeEndpoint(authorize.AuthorizeEndpoint):
    """Codes alone: the other flows show tokens to the browser (RFC 9700, section 2.1.2).

    `asked` are the parameters that have a value; `scope` is what of theirs can be granted.
    """

    asked: dict[str, str]
    client_class = clients.Remembered  # type: ignore[assignment] # nothing else is asked of it
    claims: ClaimsRequest
    scope: list[str]

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        if self.params["response_type"] != "code":
            self.grant_type = ""  # so it is answered as unknown

    def _extract_params(self) -> None:
        super()._extract_params()
        self._sent = self.request.POST if self.request.method == "POST" else self.request.GET
        self.asked = {name: value for name in _PARAMETERS if (value := self._sent.get(name))}

    def validate_params(self) -> None:
        """Raises `RefusedRequest`, or `AuthorizeError` for what the client is told."""
        # JSON may hold anything, and is not handed on.
        if not are_printable({**self.asked, "claims": ""}):
            raise RefusedRequest("A parameter holds characters that are not allowed.")
        try:
            super().validate_params()
        except (ClientIdError, RedirectUriError) as error:
            raise RefusedRequest(error.description) from error
        if any(len(self._sent.getlist(name)) > 1 for name in _PARAMETERS):  # RFC 6749, 3.1
            raise self.error("invalid_request")
        for name in _NOT_SUPPORTED:
            if name in self.asked:
                raise self.error(f"{name}_not_supported")
        self._validate_client()
        self._validate_challenge()
        if self.asked.get("response_mode", MODES[0]) not in MODES:
            raise self.error("invalid_request")
        if not _SECONDS.fullmatch(self.asked.get("max_age", "0")):
            raise self.error("invalid_request")
        if len(self.params["nonce"]) > _MAX_NONCE:
            raise self.error("invalid_request")
        self._validate_claims()
        self._validate_scope()

    def missing(self) -> str | None:
        """What the user has to do first, by the error that tells it where nothing may be shown.

        Raises `AuthorizeError` when the client means somebody else: to ask for another account
        again and again would help nobody.
        """
        user = self.request.user
        if (
            not user.is_authenticated
            or self.params["prompt"] & _MET_BY_SIGN_IN
            or self.is_authentication_age_is_greater_than_max_age()
        ):
            return "login_required"
        if not (self._is_hinted(user) and self.claims.allows_subject(subject(user))):
            raise self.error("login_required")
        return "consent_required" if self._needs_consent() else None

    def is_authentication_age_is_greater_than_max_age(self) -> bool:
        """With a max_age of 0, always: the client wants a sign-in of its own."""
        if "max_age" not in self.asked:
            return False
        age = timezone.now() - authenticated_at(self.request)
        return age > timedelta(seconds=int(self.asked["max_age"]))

    def address(self) -> str:
        """What asks for the same by GET."""
        return with_query(reverse("oidc_provider:authorize"), self.asked)

    def address_after_sign_in(self) -> str:
        """What asks for the rest: with what a sign-in meets left in, it would be asked for one
        again.
        """
        prompt = " ".join(sorted(self.params["prompt"] - _MET_BY_SIGN_IN))
        rest = {**self.asked, "prompt": prompt, "max_age": ""}
        return with_query(reverse("oidc_provider:authorize"), rest)

    def grant_code(self) -> str:
        """RFC 6749, section 4.1.2."""
        user = self.request.user
        code = Code(
            client_id=self.client.pk,
            user_id=user.pk,
            nonce=self.params["nonce"],
            is_authentication=self.is_authentication,
            code_challenge=self.params["code_challenge"] or None,
            code_challenge_method=self.params["code_challenge_method"] or None,
        )
        code.scope = self.scope
        grant = Grant(
            session=tokens.digest(self.request.session.session_key),
            authenticated_at=authenticated_at(self.request),
            redirect_uri=self.params["redirect_uri"],
            claims=self.claims.names,
        )
        row = told(
            Kind.CODE_GRANTED,
            request=self.request,
            subject=subject(user),
            client=self.client.client_id,
        )
        return grants.give(grant, code, row)

    def error(self, code: str) -> AuthorizeError:
        return AuthorizeError(self.params["redirect_uri"], code, self.grant_type)

    def _validate_client(self) -> None:
        # django-oidc-provider looks at the response type of OpenID requests only.
        is_registered = self.params["response_type"] in set(self.client.response_type_values())
        if not is_registered or not is_supported(self.client):
            raise self.error("unauthorized_client")

    def _validate_challenge(self) -> None:
        """RFC 9700, section 2.1.1: `plain` protects nothing where the request is seen."""
        challenge, method = self.params["code_challenge"], self.params["code_challenge_method"]
        if challenge and not (method == "S256" and is_s256_challenge(challenge)):
            raise self.error("invalid_request")
        if not challenge and self.client.client_type == "public":
            raise self.error("invalid_request")

    def _validate_claims(self) -> None:
        try:
            self.claims = ClaimsRequest.of(self.asked.get("claims", "{}"))
        except ValueError:
            raise self.error("invalid_request") from None
        if not self.claims.allows_acr():
            raise self.error("unmet_authentication_requirements")

    def _validate_scope(self) -> None:
        self.scope = [name for name in SCOPES if name in self.params["scope"]]
        if not self.scope:
            raise self.error("invalid_scope")
        # The user is asked for consent to these: a claim asked for by its name is one of a scope.
        by_name = {name for names in self.claims.names.values() for name in names}
        self.params["scope"] = [
            name
            for name in SCOPES
            if name in self.scope or by_name.intersection(CLAIMS.get(name, ()))
        ]

    def _is_hinted(self, user: Any) -> bool:
        """A hint that nobody here signed is about nobody here."""
        hint = self.asked.get("id_token_hint")
        if not hint:
            return True
        try:
            return bool(keys.verified(hint).get("sub") == subject(user))
        except jwt.PyJWTError:
            return False

    def _needs_consent(self) -> bool:
        client = self.client
        if "consent" in self.params["prompt"] or not self.is_client_allowed_to_skip_consent():
            return True
        return client.require_consent and not (
            client.reuse_consent and self.client_has_user_consent()
        )
