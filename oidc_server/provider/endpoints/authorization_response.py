"""How an answer goes back to the client, code and error alike: through the user's browser.

RFC 6749, sections 4.1.2 and 4.1.2.1; OAuth 2.0 Form Post Response Mode; RFC 9207.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from oidc_provider.lib.utils.common import redirect

from oidc_server.provider import clients
from oidc_server.provider.addresses import issuer, origin, source, with_query
from oidc_server.provider.parameters import is_printable

MODES = ("query", "form_post")


def respond(request: HttpRequest, asked: Mapping[str, str], **answer: str) -> HttpResponse:
    """`answer` to a request with the parameters `asked`, whose redirect URI is a registered one."""
    address = asked["redirect_uri"]
    # By the issuer a client of several providers tells whose answer this is.
    answer = {**answer, "state": asked.get("state", ""), "iss": issuer()}
    if asked.get("response_mode") != "form_post":
        return redirect(with_query(address, answer))
    told = {name: value for name, value in answer.items() if value}
    page = render(request, "provider/form_post.html", {"address": address, "parameters": told})
    allow_forms_to(address, page)
    return page


def allow_forms_to(address: str, page: HttpResponse) -> None:
    """Let the forms of a page end at `address`, after redirects too, which Chromium counts."""
    if origin(address) != settings.SITE_URL:  # 'self' is in the policy anyway
        policy = settings.CONTENT_SECURITY_POLICY
        page["Content-Security-Policy"] = policy.replace(
            "form-action", f"form-action {source(address)}"
        )


def allow_forms_after_sign_in(next_page: str, page: HttpResponse) -> None:
    """Let the forms of the sign-in page end at the client, if that is where `next_page` leads.

    To the origin of a redirect URI that is registered, and to no other that is asked for.
    """
    asked = dict(parse_qsl(urlsplit(next_page).query))
    client_id, redirect_uri = asked.get("client_id", ""), asked.get("redirect_uri", "")
    client = clients.by_id(client_id) if is_printable(client_id) else None
    if client and redirect_uri in client.redirect_uris:
        allow_forms_to(redirect_uri, page)
