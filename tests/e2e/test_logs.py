"""What nobody but its owner may learn is in no container's log, not even the gateway's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin

import httpx

from tests.e2e.people import Person
from tests.e2e.stack import Stack

SHORTEST = 16  # what is shorter is no secret, but a language or a cookie that is taken away
IN_ADDRESSES = ("code", "state", "id_token_hint")
TOKENS = ("access_token", "refresh_token", "id_token")


@dataclass
class Listener(Person):
    """Knows what was secret in the answers, each with what it is."""

    heard: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        answer = super().request(method, url, **options)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._hear(f"the cookie {name}", value)
        self._hear("a form's CSRF token", *re.findall(r'csrf\w+" value="(\w+)"', answer.text))
        leads = httpx.URL(answer.headers.get("location", "")).params
        for name in IN_ADDRESSES:
            self._hear(name, leads.get(name, ""))
        if answer.headers.get("content-type", "").startswith("application/json"):
            told = answer.json()
            for name in TOKENS:
                self._hear(name, told.get(name, ""))
        return answer

    def _hear(self, what: str, *values: str) -> None:
        self.heard |= dict.fromkeys((value for value in values if len(value) >= SHORTEST), what)


def secrets_of(stack: Stack) -> dict[str, str]:
    return {
        value: key
        for key, value in stack.config.items()
        if key.endswith(("_PASSWORD", "_SECRET", "_KEY", "_SECRET_KEY")) and value
    }


def test_no_secret_is_in_any_log_or_process_list(stack: Stack) -> None:
    secrets = secrets_of(stack)
    places = stack.logs() + stack.compose("top")

    assert secrets
    assert not [key for value, key in secrets.items() if value in places]


def test_nothing_secret_of_a_sign_in_is_in_any_log(stack: Stack) -> None:
    with Listener(stack.url) as person:
        person.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
        assert person.who() is not None
        person.revalidate()
        use_tokens_well_and_badly(stack, person)
        person.sign_out()

    logs = stack.logs()

    secrets = secrets_of(stack) | person.heard
    assert not {
        what for value, what in secrets.items() if value in logs or quote(value, safe="") in logs
    }
    # There was something to hear and to log.
    assert {*IN_ADDRESSES, *TOKENS} <= set(person.heard.values())
    assert any(what.endswith("_oidc_session") for what in person.heard.values())
    for path in ("/auth/oidc.callback", "/uc/oauth/token", "/uc/oauth/end-session"):
        assert re.search(rf"gateway.* \"(GET|POST) \S+{path}\" ", logs), path
    assert '"kind": "sign-in accepted"' in logs


def use_tokens_well_and_badly(stack: Stack, person: Person) -> None:
    """As the wiki's server does, by way of the gateway; `person` is signed in."""
    client = {
        "client_id": stack.config["OIDC_CLIENT_ID"],
        "client_secret": stack.config["OIDC_CLIENT_SECRET"],
    }
    callback = urljoin(stack.url, "/auth/oidc.callback")
    asked = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": callback}
    answer = person.request("GET", "/uc/oauth/authorize", params={**asked, "scope": "openid"})
    code = httpx.URL(answer.headers["location"]).params["code"]
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
    person.request("GET", "/uc/oauth/token", params={**client, **exchange})
    tokens = person.request("POST", "/uc/oauth/token", data={**client, **exchange}).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert person.request("GET", "/uc/oauth/userinfo", headers=bearer).is_success
    for path in ("/uc/oauth/userinfo", "/uc/missing", "/auth/oidc.callback", "/api/missing"):
        person.request("GET", path, params={**tokens, "code": code})
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert person.request("POST", "/uc/oauth/token", data={**client, **refresh}).is_success
    # Refused, and all that came of the code ends.
    assert person.request("POST", "/uc/oauth/token", data={**client, **exchange}).is_error
