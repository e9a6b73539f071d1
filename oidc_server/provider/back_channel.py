"""What clients call by themselves is answered before there are sessions.

Such a call brings a secret or a token and no cookie. What makes a page of a request (session, user,
CSRF token, messages) has nothing to do with it, and what a cookie could do here is nothing.
"""

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch, resolve, reverse

_ENDPOINTS = (
    *("token", "userinfo", "token-introspection", "token-revocation"),
    *("jwks", "provider-info"),
)


class BackChannelMiddleware:
    """Stands after whatever every answer needs, and before the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = self._matches.get(request.path_info)
        if match is None:
            return self._get_response(request)
        request.resolver_match = match
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer

    @functools.cached_property
    def _matches(self) -> dict[str, ResolverMatch]:
        """By path, once the site's paths are known."""
        paths = [reverse(f"oidc_provider:{name}") for name in _ENDPOINTS]
        return {path: resolve(path) for path in paths}
