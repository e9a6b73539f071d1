"""Error pages: what happened, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from oidc_server.pages.context import site


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception  # may quote the request
    return _page(400, _("This request makes no sense"), _("Go back and try again."))


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _page(
        403, _("This isn't open to you"), _("Sign in with an account that may see this page.")
    )


def csrf_failure(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. Django logs the reason; a visitor can only try again."""
    del reason
    return _page(
        403,
        _("This form has expired"),
        _("Go back, reload the page and send it again. Cookies must be allowed for this site."),
    )


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _page(404, _("There is no such page"), _("Check the address, or start over."))


def server_error(_request: HttpRequest) -> HttpResponse:
    return _page(
        500,
        _("Something went wrong"),
        _("It has been logged. Try again in a minute, and tell your administrator if it stays."),
    )


def _page(status: int, title: str, text: str) -> HttpResponse:
    """Rendered without the request: its session or database may be what is broken."""
    context: dict[str, Any] = {"status": status, "title": title, "text": text}
    # Not through the context processors, which need a request.
    content = render_to_string("pages/error.html", {**context, **site(HttpRequest())})
    return HttpResponse(content, status=status)
