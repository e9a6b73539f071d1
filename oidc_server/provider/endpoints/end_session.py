"""What a logout request asks for, and how much of it can be believed.

OpenID Connect RP-Initiated Logout 1.0, section 2.
"""

from dataclasses import dataclass

import jwt
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from oidc_provider.models import Client

from oidc_server.provider import clients, keys
from oidc_server.provider.addresses import with_query
from oidc_server.provider.parameters import are_printable

_NAMES = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")


@dataclass(frozen=True, kw_only=True)
class LogoutRequest:
    """`client` and `next_page` are None when not asked for, unknown or not registered.

    `subject` is whose ID token came along, verified; without one the user has to be asked.
    `problem` is what the user is told of a request that asks for what can't be had, or nothing.
    """

    client: Client | None
    subject: str | None
    next_page: str | None
    parameters: dict[str, str]
    problem: str

    @classmethod
    def of(cls, request: HttpRequest) -> "LogoutRequest":
        form = request.POST if request.method == "POST" else request.GET
        parameters = _parameters(form) or _parameters(request.GET)
        hint = parameters.pop("id_token_hint", "")
        hinted, subject = _verified_hint(hint)
        name = parameters.get("client_id")
        unverified = _("The request to sign out could not be verified.")
        if hinted and name and name != hinted.client_id:  # section 2: they must match
            return cls(client=None, subject=None, next_page=None, parameters={}, problem=unverified)
        client = hinted or _client(name)
        if hinted:  # whoever is asked, comes back without the hint
            parameters["client_id"] = hinted.client_id
        next_page = _next_page(client, parameters)
        problem = ""
        if hint and not hinted:
            problem = unverified
        elif "post_logout_redirect_uri" in parameters and not next_page:
            problem = _("The application asked to go back to an address that isn't registered.")
        return cls(
            client=client,
            subject=subject,
            next_page=next_page,
            parameters=parameters,
            problem=problem,
        )


def _parameters(form: QueryDict) -> dict[str, str]:
    found = {name: value for name in _NAMES if (value := form.get(name))}
    return found if are_printable(found) else {}


def _verified_hint(hint: str) -> tuple[Client | None, str | None]:
    """An expired one will do: people sign out long after they signed in."""
    if not hint:
        return None, None
    try:
        claims = keys.verified(hint)
        client = _client(claims["aud"])
        return (client, str(claims["sub"])) if client else (None, None)
    except (jwt.PyJWTError, KeyError):
        return None, None


def _client(client_id: object) -> Client | None:
    if not isinstance(client_id, str) or "\0" in client_id:
        return None
    return clients.by_id(client_id)


def _next_page(client: Client | None, parameters: dict[str, str]) -> str | None:
    uri = parameters.get("post_logout_redirect_uri")
    if client is None or uri is None or uri not in client.post_logout_redirect_uris:
        return None
    return with_query(uri, {"state": parameters.get("state", "")})
