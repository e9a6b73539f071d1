"""What a browser does beyond the wiki's own requests, from either provider's pages alone."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client

from tests.oidc_server import flow

LOGIN = "/uc/accounts/login/"
OAUTH = "/uc/oauth"
PKCE = {"code_challenge": flow.challenge(flow.VERIFIER), "code_challenge_method": "S256"}
REQUEST = {
    "response_type": "code",
    "client_id": flow.CLIENT_ID,
    "redirect_uri": flow.CALLBACK,
    "scope": "openid",
    "state": "a state",
}


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "input" and self.found and given.get("type") != "submit" and "name" in given:
            self.found[-1].fields[given["name"]] = given.get("value", "")


def forms(page: Any) -> list[Form]:
    parser = _Forms()
    parser.feed(page.content.decode())
    return parser.found


def submit(person: Client, address: str, page: Any, **values: str) -> Any:
    """Fills in the page's first form."""
    assert page.status_code == 200
    form = forms(page)[0]
    return person.post(form.action or address, {**form.fields, **values})


def sign_in(person: Client, address: str, username: str) -> Any:
    """Signs in at the page that `address` is; where that leads."""
    page = person.get(address)
    return submit(person, address, page, username=username, password=flow.PASSWORD)


def csrf_token(person: Client) -> str:
    return forms(person.get(LOGIN, {"next": "/uc/admin/"}))[0].fields["csrfmiddlewaretoken"]


def authorize(person: Client, **changes: str) -> Any:
    """The answer to an authorization request, with the user's consent where it is asked for."""
    answer: Any = flow.authorize(person, **changes)
    if answer.status_code != 200 or not forms(answer):
        return answer
    return submit(person, f"{OAUTH}/authorize", answer, allow="yes")


def told(answer: Any) -> dict[str, str]:
    """What the client is told by a redirect, in its query or its fragment."""
    parts = urlsplit(answer.headers.get("Location", ""))
    return dict(parse_qsl(parts.query) + parse_qsl(parts.fragment))


def is_signed_in(person: Client) -> bool:
    return "code" in told(flow.authorize(person, prompt="none"))


def log_out(person: Client, **parameters: str) -> Any:
    """The answer to a logout request, confirmed where that is asked for."""
    answer = ask_to_log_out(person, **parameters)
    if not forms(answer):
        return answer
    return submit(person, f"{OAUTH}/end-session-prompt", answer, allow="yes")


def ask_to_log_out(person: Client, **parameters: str) -> Any:
    """The answer to a logout request, which may be a form that asks for confirmation."""
    answer: Any = person.get(f"{OAUTH}/end-session", parameters)
    address = answer.headers.get("Location", "")
    return person.get(address) if "/end-session-prompt" in address else answer


def introspect(token: str, **client: str) -> Any:
    return flow.backend().post(f"{OAUTH}/introspect", {**client, "token": token})


def use(kind: str, token: str) -> Any:
    return flow.userinfo(token) if kind == "access_token" else flow.refresh(token)


def turn_off(user: Any) -> None:
    user.is_active = False
    user.save()


def post_with_basic(credentials: str, **parameters: str) -> Any:
    """A token request; `credentials` are what stands before and after a colon."""
    user, _, password = credentials.partition(":")
    return flow.backend().post(
        f"{OAUTH}/token",
        {"grant_type": "authorization_code", "redirect_uri": flow.CALLBACK, **parameters},
        headers={"authorization": f"Basic {flow.basic(user, password)}"},
    )
