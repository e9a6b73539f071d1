"""django-oidc-provider's views with our endpoints behind them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from oidc_provider import views
from oidc_provider.lib.claims import StandardScopeClaims
from oidc_provider.lib.errors import BearerTokenError, TokenError
from oidc_provider.lib.utils.common import redirect

from oidc_server.provider import grants
from oidc_server.provider.claims import subject
from oidc_server.provider.discovery import metadata
from oidc_server.provider.endpoints.authorize import AuthorizeEndpoint, RefusedRequest
from oidc_server.provider.endpoints.bearer import NoToken, token_of
from oidc_server.provider.endpoints.end_session import LogoutRequest
from oidc_server.provider.endpoints.introspection import TokenIntrospectionEndpoint
from oidc_server.provider.endpoints.revocation import revoke
from oidc_server.provider.endpoints.token import TokenEndpoint
from oidc_server.provider.keys import public_jwks

_HOUR = 60 * 60


@method_decorator(never_cache, name="dispatch")
class AuthorizeView(views.AuthorizeView):
    authorize_endpoint_class = AuthorizeEndpoint

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except RefusedRequest as refusal:
            return render(request, "provider/refused.html", {"reason": str(refusal)}, status=400)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The answer to the consent page; whoever lost their session meanwhile signs in again."""
        if request.user.is_authenticated:
            return super().post(request, *args, **kwargs)
        form = request.POST.copy()
        form.pop("csrfmiddlewaretoken", None)
        form.pop("allow", None)
        return redirect_to_login(f"{request.path}?{form.urlencode()}", resolve_url("pages:login"))


class TokenView(views.TokenView):
    """With a `post` of its own, since a refusal undoes what was done in its transaction."""

    token_endpoint_class = TokenEndpoint

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        endpoint = self.token_endpoint_class(request)
        try:
            with transaction.atomic():
                endpoint.validate_params()
                return endpoint.response(endpoint.create_response_dic())
        except TokenError as error:
            if isinstance(error, grants.Replayed):
                grants.revoke(error.grant)
            return _refusal(error)


@method_decorator(csrf_exempt, name="dispatch")
class UserinfoView(View):
    """OpenID Connect Core 1.0, section 5.3. A view of our own, theirs being a closed function."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            token = token_of(request, "openid")
        except NoToken:
            return _challenge(401)
        except BearerTokenError as error:
            return _challenge(int(error.status), error.code, error.description)
        claims = {"sub": subject(token.user), **StandardScopeClaims(token).create_response_dic()}
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
        response = JsonResponse({"keys": public_jwks()})
        response["Access-Control-Allow-Origin"] = "*"  # public by nature
        response["Cache-Control"] = f"public, max-age={_HOUR}"
        return response


class TokenIntrospectionView(views.TokenIntrospectionView):
    token_instrospection_endpoint_class = TokenIntrospectionEndpoint

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except TokenError as error:
            return _refusal(error)


@method_decorator(csrf_exempt, name="dispatch")
class RevocationView(View):
    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            revoke(request)
        except TokenError as error:
            return _refusal(error)
        return _no_store(HttpResponse())


@method_decorator(never_cache, name="dispatch")
@method_decorator(csrf_exempt, name="dispatch")
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
                prompt = reverse("oidc_provider:end-session-prompt")
                return redirect(f"{prompt}?{urlencode(asked.parameters)}")
            self.logout_user(request, client=asked.client, next_page=asked.next_page)
        return _after_logout(request, asked)


@method_decorator(never_cache, name="dispatch")
class EndSessionPromptView(views.EndSessionPromptView):
    """Asks a user whose client could not prove that it speaks for them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.asked = LogoutRequest.of(request)
        self.client = self.asked.client
        self.client_id = self.client.client_id if self.client else None
        # Past their own dispatch, which would look the client up without a look at the rest.
        return View.dispatch(self, request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _after_logout(request, self.asked)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "parameters": self.asked.parameters}

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        if not request.POST.get("allow"):
            return redirect(reverse("pages:home"))
        views.EndSessionView.logout_user(
            request, client=self.client, next_page=self.asked.next_page
        )
        return _after_logout(request, self.asked)


def _after_logout(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    if asked.next_page:
        return redirect(asked.next_page)
    return render(request, "oidc_provider/end_session_completed.html", {"client": asked.client})


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


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
