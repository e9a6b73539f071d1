"""The steps of a sign-in, as the wiki and its users take them."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib.auth import get_user_model
from django.http import HttpResponseBase
from django.test import Client

from tests.oidc_server.settings import VARIABLES

WIKI = VARIABLES["WIKI_URL"]
HOST = urlsplit(WIKI).netloc.encode()
CALLBACK = f"{WIKI}/auth/oidc.callback"
ELSEWHERE = "https://other.example/callback"
CLIENT_ID, CLIENT_SECRET = "outline", "secret-of-the-wiki's-client"
PASSWORD = "a-good-long-password"
VERIFIER = "v" * 43

Wait = Callable[[float], None]  # what the fixture `wait` gives


def make_user(username: str, **fields: Any) -> Any:
    fields = {"email": f"{username}@example.com", "password": PASSWORD, **fields}
    return get_user_model().objects.create_user(username, **fields)


def make_client(client_id: str, **fields: Any) -> Any:
    """A public client, unless told otherwise, that may be granted codes without asking the user."""
    from oidc_provider.models import Client, ResponseType  # noqa: PLC0415 - needs the apps loaded

    from oidc_server.provider.client_secrets import at_rest  # noqa: PLC0415

    if "client_secret" in fields:
        fields["client_secret"] = at_rest(fields["client_secret"])
    client = Client.objects.create(
        **{
            "name": client_id,
            "client_id": client_id,
            "client_type": "public",
            "require_consent": False,
            "_redirect_uris": ELSEWHERE,
            **fields,
        }
    )
    client.response_types.set(ResponseType.objects.filter(value="code"))
    return client


def browser() -> Client:
    """A browser at the public address, which gets no CSRF check waived."""
    return Client(headers={"host": urlsplit(WIKI).netloc}, enforce_csrf_checks=True)


def backend() -> Client:
    """The wiki's server, which calls by the private name."""
    return Client(headers={"host": "oidc:8000"})


def signed_in(user: Any) -> Client:
    client = browser()
    client.force_login(user)
    return client


def authorize(client: Client, **changes: str) -> HttpResponseBase:
    """Outline's authorization request; an empty value leaves a parameter out."""
    parameters = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "a state",
        **changes,
    }
    return client.get("/uc/oauth/authorize", {k: v for k, v in parameters.items() if v})


def parameters_of(response: HttpResponseBase) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def code_for(user: Any, **changes: str) -> str:
    return parameters_of(authorize(signed_in(user), **changes))["code"]


def post_token(**changes: str) -> Any:
    parameters = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **changes}
    return backend().post("/uc/oauth/token", {k: v for k, v in parameters.items() if v})


def exchange(code: str, **changes: str) -> Any:
    changes = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, **changes}
    return post_token(code=code, **changes)


def refresh(token: str, **changes: str) -> Any:
    return post_token(grant_type="refresh_token", refresh_token=token, **changes)


def tokens_for(user: Any) -> dict[str, Any]:
    answer: dict[str, Any] = exchange(code_for(user)).json()
    return answer


def userinfo(access_token: str) -> Any:
    return backend().get("/uc/oauth/userinfo", headers={"authorization": f"Bearer {access_token}"})


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def unsigned(token: str) -> str:
    """The same ID token with `alg: none`."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{header.rstrip(b'=').decode()}.{token.split('.')[1]}."


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()
