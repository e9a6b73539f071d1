"""django-oidc-provider's views with our endpoints behind them."""

from typing import Any, TypeVar

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.views.generic import View
from oidc_provider import views
from oidc_provider.lib.errors import AuthorizeError, BearerTokenError, TokenError
from oidc_provider.lib.utils.common import redirect

from oidc_server import rows
from oidc_server.audit.models import Kind
from oidc_server.provider import grants
from oidc_server.provider.claims import subject, userinfo
from oidc_server.provider.discovery import metadata
from oidc_server.provider.endpoints.authorization_response import allow_forms_to, respond
from oidc_server.provider.endpoints.authorize import AuthorizeEndpoint, RefusedRequest
from oidc_server.provider.endpoints.bearer import NoToken, token_of
from oidc_server.provider.endpoints.end_session import LogoutRequest
from oidc_server.provider.endpoints.introspection import TokenIntrospectionEndpoint
from oidc_server.provider.endpoints.revocation import revoke
from oidc_server.provider.endpoints.token import TokenEndpoint
from oidc_server.provider.keys import JWKS_LIFE, jwks

_HOUR = 60 * 60
_Response = TypeVar("_Response", bound=HttpResponseBase)


class _AuthorizationView(View):
    """Views of our own, since theirs can only answer by redirect."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.endpoint = AuthorizeEndpoint(request)
        return _no_store(self._answer(request, *args, **kwargs))

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except RefusedRequest as refusal:
            return render(request, "provider/refused.html", {"reason": str(refusal)}, status=400)
        except AuthorizeError as error:
            told = {"error": error.error, "error_description": error.description or ""}
            return respond(request, self.endpoint.asked, **told)


class AuthorizeView(_AuthorizationView):
    """OpenID Connect Core 1.0, section 3.1.2.

    A request by POST does what it would do by GET, which any site may make a browser send, so there
    is nothing here for a CSRF token to guard: consent is given to another view.
    """

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        endpoint = self.endpoint
        endpoint.validate_params()
        missing = endpoint.missing()
        if missing and "none" in endpoint.params["prompt"]:
            raise endpoint.error(missing)
        if missing == "login_required":
            return _to_sign_in(request, endpoint)
        if missing == "consent_required":
            return _consent_page(request, endpoint)
        return respond(request, endpoint.asked, code=endpoint.grant_code())

    def post(self, request: HttpRequest) -> HttpResponse:
        """From another site a browser sends no session with a form (SameSite), but with a link."""
        if request.user.is_authenticated:
            return self.get(request)
        self.endpoint.validate_params()
        return redirect(self.endpoint.address())


class ConsentView(_AuthorizationView):
    """What the user said at the consent page, which the CSRF token of its form shows."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        endpoint = self.endpoint
        endpoint.validate_params()
        if endpoint.missing() == "login_required":  # since the page was shown
            return _to_sign_in(request, endpoint)
        if not request.POST.get("allow"):
            raise endpoint.error("access_denied")
        endpoint.set_client_user_consent()
        return respond(request, endpoint.asked, code=endpoint.grant_code())


class TokenView(views.TokenView):
    """With a `post` of its own, since a refusal undoes what was done in its transaction."""

    token_endpoint_class = TokenEndpoint

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        endpoint = self.token_endpoint_class(request)
        try:
            endpoint.authenticate()
            with rows.transaction():
                endpoint.validate_params()
                endpoint.issue()
            return endpoint.response(endpoint.create_response_dic())
        except TokenError as error:
            if isinstance(error, grants.Replayed):
                grants.revoke(error.grant.pk)
                rows.write(endpoint.event(Kind.TOKENS_REPLAYED, error.grant))
            return _refusal(error)


class UserinfoView(View):
    """OpenID Connect Core 1.0, section 5.3. A view of our own, theirs being a closed function."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            grant, token = token_of(request, "openid")
        except NoToken:
            return _challenge(401)
        except BearerTokenError as error:
            return _challenge(int(error.status), error.code, error.description)
        claims = userinfo(token.scope, grant.claims["userinfo"], grant.user)
        return _no_store(JsonResponse(claims))

    post = get


class ProviderInfoView(views.ProviderInfoView):
    """OpenID Connect Discovery 1.0 and RFC 8414: the same facts in two places."""

    def _build_response_dict(self, request: HttpRequest) -> dict[str, Any]:
        del request
        return metadata()

    def get(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = super().get(request)
        response["Cache-Control"] = f"public, max-age={_HOUR}"
        return response


class JwksView(views.JwksView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        del request, args, kwargs
        response = HttpResponse(jwks(), content_type="application/json")
        response["Cache-Control"] = f"public, max-age={JWKS_LIFE}"
        return response


class TokenIntrospectionView(views.TokenIntrospectionView):
    token_instrospection_endpoint_class = TokenIntrospectionEndpoint

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except TokenError as error:
            return _refusal(error)


class RevocationView(View):
    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            revoke(request)
        except TokenError as error:
            return _refusal(error)
        return _no_store(HttpResponse())


class EndSessionView(views.EndSessionView):
    """Ends the session when a hint proves that its user's client asks; asks the user otherwise.

    Goes nowhere but to what was asked for *and* is registered.
    """

    def dispatch(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        if request.method not in {"GET", "POST", "HEAD"}:
            return self.http_method_not_allowed(request)
        asked = LogoutRequest.of(request)
        user = request.user
        if user.is_authenticated:
            if asked.subject != subject(user):
                return _logout_page(request, asked, "oidc_provider/end_session_prompt.html")
            self.logout_user(request, client=asked.client, next_page=asked.next_page)
        return _after_logout(request, asked)


class EndSessionPromptView(View):
    """What the user said when asked, which the CSRF token of the form shows."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.POST.get("allow"):
            return redirect(reverse("pages:home"))
        asked = LogoutRequest.of(request)
        views.EndSessionView.logout_user(request, client=asked.client, next_page=asked.next_page)
        return _after_logout(request, asked)


def _to_sign_in(request: HttpRequest, endpoint: AuthorizeEndpoint) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    return redirect_to_login(endpoint.address_after_sign_in(), resolve_url("accounts:login"))


def _consent_page(request: HttpRequest, endpoint: AuthorizeEndpoint) -> HttpResponse:
    context = {
        "client": endpoint.client,
        "scopes": endpoint.get_scopes_information(),
        "parameters": endpoint.asked,
    }
    page = render(request, "oidc_provider/authorize.html", context)
    allow_forms_to(endpoint.params["redirect_uri"], page)
    return page


def _after_logout(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    if asked.next_page:
        return redirect(asked.next_page)
    return _logout_page(request, asked, "oidc_provider/end_session_completed.html")


def _logout_page(request: HttpRequest, asked: LogoutRequest, template: str) -> HttpResponse:
    page = render(request, template, {"asked": asked}, status=400 if asked.problem else 200)
    if asked.next_page:
        allow_forms_to(asked.next_page, page)
    return page


def _refusal(error: TokenError) -> HttpResponse:
    """RFC 6749, section 5.2."""
    response = JsonResponse(error.create_dict(), status=400)
    if error.error == "invalid_client":
        response.status_code = 401
        response["WWW-Authenticate"] = 'Basic realm="client"'
    return _no_store(response)


def _challenge(status: int, code: str = "", description: str = "") -> HttpResponse:
    """RFC 6750, section 3."""
    details = f', error="{code}", error_description="{description}"' if code else ""
    response = HttpResponse(status=status)
    response["WWW-Authenticate"] = f'Bearer realm="userinfo"{details}'
    return _no_store(response)


def _no_store(response: _Response) -> _Response:
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
