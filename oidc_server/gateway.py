"""What the gateway tells of a request."""

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class ClientAddressMiddleware:
    """Makes REMOTE_ADDR the client's address, which only the gateway sees.

    Nothing else reaches the provider from outside, and the gateway sends one address, having looked
    through the proxies in front of it. Callers inside the stack send none and keep their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = _address(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if address:
            request.META["REMOTE_ADDR"] = address
        return self._get_response(request)


def _address(text: str) -> str | None:
    """The one address that `text` is, in the form that there is one of."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return None if address.scope_id else str(address.ipv4_mapped or address)
