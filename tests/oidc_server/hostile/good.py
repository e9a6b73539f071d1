"""Requests that are answered well: what hostile ones are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tests.oidc_server import flow
from tests.oidc_server.defects import steps

APP = "https://app.example/callback"  # of a public client
CSRF = "c" * 32
_USERS = "/uc/admin/accounts/user"
_NEW = "another-good-long-password"


@dataclass(frozen=True, kw_only=True)
class Good:
    """`{}` in the path is where something belongs."""

    method: str
    path: str
    fields: Mapping[str, str]
    authorization: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """`sessions` are keys, the first of them none."""

    good: Sequence[Good]
    sessions: Sequence[str]


def known_of(user: Any, administrator: Any) -> Known:
    tokens = flow.tokens_for(user)
    return Known(
        good=[*_authorizing(tokens), *_of_clients(user, tokens), *_leaving(tokens), *_pages(user)],
        sessions=["", *map(_session_of, (user, administrator))],
    )


def _session_of(user: Any) -> str:
    return flow.signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value


def _get(path: str, authorization: str = "", **fields: str) -> Good:
    return Good(method="GET", path=path, fields=fields, authorization=authorization)


def _post(path: str, authorization: str = "", **fields: str) -> Good:
    return Good(method="POST", path=path, fields=fields, authorization=authorization)


def _form(path: str, **fields: str) -> Good:
    return _post(path, csrfmiddlewaretoken=CSRF, **fields)


def _authorizing(tokens: dict[str, Any]) -> list[Good]:
    of_wiki = {
        **steps.REQUEST,
        "nonce": "n",
        "prompt": "none",
        "max_age": "600",
        "response_mode": "form_post",
        "id_token_hint": tokens["id_token"],
        "claims": '{"id_token": {"email": null}}',
    }
    of_app = {**steps.REQUEST, **steps.PKCE, "client_id": "app", "redirect_uri": APP}
    return [
        _get(f"{steps.OAUTH}/authorize", **of_wiki),
        _post(f"{steps.OAUTH}/authorize", **of_wiki),
        _get(f"{steps.OAUTH}/authorize", **of_app),
        _form(f"{steps.OAUTH}/consent", allow="yes", **of_app),
    ]


def _of_clients(user: Any, tokens: dict[str, Any]) -> list[Good]:
    client = {"client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}
    basic = f"Basic {flow.basic(*client.values())}"
    bearer = f"Bearer {tokens['access_token']}"
    code = {"grant_type": "authorization_code", "redirect_uri": flow.CALLBACK}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    both = (tokens["access_token"], tokens["refresh_token"])
    return [
        _post(f"{steps.OAUTH}/token", **code, **client, code=flow.code_for(user)),
        _post(f"{steps.OAUTH}/token", basic, **code, code=flow.code_for(user), code_verifier=""),
        _post(f"{steps.OAUTH}/token", **refresh, **client, scope="openid"),
        _get(f"{steps.OAUTH}/userinfo", bearer),
        _post(f"{steps.OAUTH}/userinfo", access_token=tokens["access_token"]),
        *[_post(f"{steps.OAUTH}/introspect", **client, token=token) for token in both],
        *[_post(f"{steps.OAUTH}/revoke", basic, token=token) for token in both],
    ]


def _leaving(tokens: dict[str, Any]) -> list[Good]:
    asked = {
        "id_token_hint": tokens["id_token"],
        "client_id": flow.CLIENT_ID,
        "state": "s",
        "post_logout_redirect_uri": flow.WIKI,
    }
    ends = (f"{steps.OAUTH}/end-session", f"{steps.OAUTH}/end-session-prompt")
    return [made for end in ends for made in (_get(end, **asked), _form(end, **asked, allow="yes"))]


def _pages(user: Any) -> list[Good]:
    person = {"username": "bob", "name": "Bob", "email": "bob@example.com", "is_active": "on"}
    passwords = {"password1": _NEW, "password2": _NEW}
    listed = {"q": "a", "o": "1.-2", "p": "1", "is_active__exact": "1", "_facets": "True"}
    chosen = {"action": "turn_off", "_selected_action": str(user.pk), "index": "0"}
    own = {"old_password": flow.PASSWORD, "new_password1": _NEW, "new_password2": _NEW}
    return [
        _get(steps.LOGIN, next="/uc/oauth/authorize?a=b"),
        _form(steps.LOGIN, username="alice", password=flow.PASSWORD, next="/uc/"),
        _form("/uc/accounts/password/", **own),
        _get(f"{_USERS}/", **listed),
        _form(f"{_USERS}/", **chosen),
        _form(f"{_USERS}/add/", **person, **passwords),
        _form(f"{_USERS}/{user.pk}/change/", **person),
        _form(f"{_USERS}/{user.pk}/password/", **passwords),
        _form(f"{_USERS}/{user.pk}/delete/", post="yes"),
    ]
