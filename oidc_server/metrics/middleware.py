from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponseBase

from oidc_server.metrics.ours import REQUESTS, RESPONSES


class MeasureMiddleware:
    """Counts answers, and how long they took, by the view's name; static files have none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = self._get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        REQUESTS.add(view, perf_counter() - began)
        RESPONSES.add(view, str(response.status_code))
        return response
