"""A confidential client on Authlib, by its integration for Django: what it does by itself."""

import os
from typing import Any
from urllib.parse import urlsplit

import django
from authlib.integrations.django_client import OAuth, token_update
from django.conf import settings
from django.core.servers import basehttp
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path

ADDRESS, ISSUER = os.environ["ADDRESS"], os.environ["ISSUER"]

settings.configure(
    ALLOWED_HOSTS=[urlsplit(ADDRESS).hostname],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a client that lives for one test",
    SESSION_COOKIE_NAME=os.environ["CLIENT_ID"],
    SESSION_ENGINE="django.contrib.sessions.backends.cache",
)
django.setup()
oauth = OAuth()
provider = oauth.register(
    "provider",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


def home(request: HttpRequest) -> HttpResponse:
    token = request.session.get("token")
    return JsonResponse(token or {}, status=200 if token else 401)


def sign_in(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = provider.authorize_redirect(request, f"{ADDRESS}/callback")
    return answer


def callback(request: HttpRequest) -> HttpResponse:
    _keep(request, provider.authorize_access_token(request))
    return redirect("/")


def refresh(request: HttpRequest) -> HttpResponse:
    """Authlib gets new tokens when it is to use one that has expired."""
    token = request.session["token"] | {"expires_at": 1}
    renewed: list[dict[str, Any]] = []

    def take(**told: Any) -> None:
        renewed.append(told["token"])

    token_update.connect(take)
    provider.userinfo(token=token)
    _keep(request, renewed.pop())
    return redirect("/")


def sign_out(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = provider.logout_redirect(
        request,
        post_logout_redirect_uri=ADDRESS,
        id_token_hint=request.session.pop("token")["id_token"],
    )
    return answer


def _keep(request: HttpRequest, token: dict[str, Any]) -> None:
    request.session["token"] = token | {"userinfo": dict(provider.userinfo(token=token))}


urlpatterns = [
    path("", home),
    path("sign-in", sign_in),
    path("callback", callback),
    path("refresh", refresh),
    path("sign-out", sign_out),
]

if __name__ == "__main__":
    port = urlsplit(ADDRESS).port or 80
    basehttp.run("127.0.0.1", port, get_wsgi_application(), threading=True)
