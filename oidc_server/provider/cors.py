"""Scripts of other origins: those of registered clients may read what is answered, no others.

A client that runs in a browser calls from the origin of one of its redirect URIs. It shows a token
or a code; cookies are never let in (no Access-Control-Allow-Credentials). Fetch standard, section
3.3; RFC 9700, section 2.6.
"""

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from oidc_provider.models import Client

from oidc_server.provider.addresses import origin


def readable_by_clients(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """For what a client calls by itself; never for pages that a user is sent to."""

    @functools.wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        is_preflight = (
            request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        )
        response = HttpResponse(status=204) if is_preflight else view(request)
        del response["Access-Control-Allow-Origin"]  # which is everybody in django-oidc-provider
        patch_vary_headers(response, ["Origin"])
        asking = request.headers.get("Origin")
        if asking and _is_registered(asking):
            response["Access-Control-Allow-Origin"] = asking
            response["Access-Control-Expose-Headers"] = "WWW-Authenticate"
            if is_preflight:
                response["Access-Control-Allow-Headers"] = "Authorization"
                response["Access-Control-Max-Age"] = "3600"
        return response

    return answer


def _is_registered(asking: str) -> bool:
    clients = Client.objects.only("_redirect_uris")
    return any(asking == origin(uri) for client in clients for uri in client.redirect_uris)
