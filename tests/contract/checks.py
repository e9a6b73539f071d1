"""What Outline asks of the stack, each as a check that a deployment passes or fails.

A check that needs something from before a change (a session, say) yields once in between.
A failed check raises AssertionError or, where the stack does not answer at all, httpx.HTTPError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.contract.browser import StrictPerson
from tests.contract.deployment import Deployment
from tests.contract.websocket import status_of_upgrade
from tests.e2e import raw

KEPT = {"asked": True, "session": "kept"}
# Minutes: an hour's access token is renewed before the provider is asked; one that was just renewed
# is not, and what counts is userinfo alone.
WITH_A_NEW_TOKEN = 61
WITH_THE_TOKEN = 10
SWITCHING_PROTOCOLS = 101
# Outline lets 1000 requests a minute pass, and 50 documents be opened. Twice as many and one are
# too many for one of two minutes, in case that one ends meanwhile.
ABOVE_OUTLINES_DEFAULT = 2_001
DOCUMENTS_ABOVE_OUTLINES_DEFAULT = 101
ABOVE_NGINX_DEFAULT = 2_000_000  # bytes; nginx lets 1 MB pass, and so does Outline


def starts(deployment: Deployment) -> None:
    """The wiki starts on its variables and its database, and its health check says so."""
    health = deployment.health("outline")
    assert health == "healthy", f"{health}: {_log(deployment)}"


def signs_in(deployment: Deployment) -> None:
    """The admin of config.sh gets in, under the address of config.sh, as the wiki's admin."""
    user = deployment.signed_in().who()
    assert user is not None
    assert user["email"] == deployment.stack.config["ADMIN_EMAIL"]
    assert user["role"] == "admin"


def sends_no_more_than_it_must(deployment: Deployment) -> None:
    """What Outline sends in manual mode is all that the provider asks for."""
    answer = deployment.person().request("GET", "/auth/oidc")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert set(query) == {"response_type", "client_id", "redirect_uri", "scope", "state"}
    assert query["redirect_uri"] == [f"{deployment.url}/auth/oidc.callback"]
    signs_in(deployment)


def knows_a_vouched_address(deployment: Deployment) -> None:
    """Somebody whom the wiki knows by address only (invited, say) gets in."""
    deployment.signed_in()
    deployment.stack.execute(
        "postgres", "psql", "-U", "postgres", "-qc", "DELETE FROM user_authentications", "outline"
    )
    signs_in(deployment)


def stays_signed_in(deployment: Deployment) -> Iterator[None]:
    """An hour later the provider still says yes."""
    person = _with_renewed_token(deployment)
    yield
    assert _revalidate(person, WITH_THE_TOKEN) == KEPT


def renews_its_token(deployment: Deployment) -> Iterator[None]:
    """When the access token is near its end the refresh token gives a new one."""
    person = deployment.signed_in()
    yield
    assert _revalidate(person, WITH_A_NEW_TOKEN) == KEPT


def survives_a_stopped_provider(deployment: Deployment) -> Iterator[None]:
    """While the provider is down nobody is signed out, since nothing else answers for it."""
    person = _with_renewed_token(deployment)
    yield
    deployment.stack.compose("stop", "oidc")
    try:
        assert _revalidate(person, WITH_THE_TOKEN) == {"asked": False, "session": "kept"}
    finally:
        deployment.stack.compose("up", "--detach", "--no-deps", "--wait", "oidc")


def survives_another_devices_logout(deployment: Deployment) -> Iterator[None]:
    """Signing out at the provider on one device leaves the other's session alone."""
    laptop, phone = deployment.signed_in(), deployment.signed_in()
    yield
    laptop.follow("GET", "/auth/oidc.logout")
    assert _revalidate(phone, WITH_A_NEW_TOKEN) == KEPT


def ends_with_the_account(deployment: Deployment) -> Iterator[None]:
    """Turning a user off at the provider ends their session at the next question."""
    person = _with_renewed_token(deployment)
    yield
    _set_active(deployment, active=False)
    try:
        assert _revalidate(person, WITH_THE_TOKEN)["session"] == "ended"
    finally:
        _set_active(deployment, active=True)


def signs_out_everywhere(deployment: Deployment) -> Iterator[None]:
    """Signing out ends the provider's session too and leads back to the wiki."""
    person = deployment.signed_in()
    yield
    page = person.sign_out()
    assert str(page.request.url).rstrip("/") == deployment.url, str(page.request.url)
    again = person.follow("GET", "/auth/oidc")
    assert 'name="password"' in again.text, f"no password asked at {again.request.url}"


def tells_nobody(deployment: Deployment) -> None:
    """The wiki sends no statistics."""
    assert "Telemetry is on" not in _log(deployment)


def serves_a_whole_office(deployment: Deployment) -> None:
    """More than a thousand requests a minute from one address are answered."""
    person = deployment.person()
    for _ in range(ABOVE_OUTLINES_DEFAULT):
        answer = person.request("GET", "/static/asset.js")
        assert answer.status_code != httpx.codes.TOO_MANY_REQUESTS


def lets_a_whole_office_write(deployment: Deployment) -> None:
    """More than fifty documents a minute are opened from one address."""
    opened = [
        raw.WebSocket(deployment.stack.url, f"/collaboration/{number}")
        for number in range(DOCUMENTS_ABOVE_OUTLINES_DEFAULT)
    ]
    greetings = [sock.hear() for sock in opened]
    for sock in opened:
        sock.close()
    assert set(greetings) == {"collaboration"}


def has_one_way_in(deployment: Deployment) -> None:
    """Outline's own passkeys are out of reach, past which the provider could turn nobody off."""
    path = "/auth/passkeys.generateAuthenticationOptions"
    answer = deployment.person().request("POST", path, json={})
    assert answer.status_code == httpx.codes.NOT_FOUND


def lets_nobody_in_by_mail(deployment: Deployment) -> None:
    """And so is its sign-in by a link in a mail: where one asks for it, and where it leads to."""
    person = deployment.person()
    asked = person.request("POST", "/auth/email", json={"email": "admin@example.com"})
    assert asked.status_code == httpx.codes.NOT_FOUND
    followed = person.request("GET", "/auth/email.callback?token=x&follow=true")
    assert followed.status_code == httpx.codes.NOT_FOUND


def lets_nobody_found_it(deployment: Deployment) -> None:
    """The wiki is founded by who signs in first, and not by who asks first."""
    founder = {"teamName": "Theirs", "userName": "Mallory", "userEmail": "mallory@example.com"}
    answer = deployment.person().request("POST", "/api/installation.create", json=founder)
    assert answer.status_code == httpx.codes.NOT_FOUND


def keeps_tokens_while_assets_load(deployment: Deployment) -> None:
    """An asset leaves the CSRF cookie alone, which a page in use has read already."""
    answer = deployment.person().request("GET", "/static/asset.js")
    assert "set-cookie" not in answer.headers


def keeps_its_scheme(deployment: Deployment) -> None:
    """The front page answers at its own address, without a detour to https."""
    answer = deployment.person().request("GET", "/")
    assert answer.status_code == httpx.codes.OK, answer.headers.get("location", answer.status_code)
    refused = deployment.person().request("POST", "/api/auth.config", json={})
    assert refused.status_code == httpx.codes.OK


def gives_cookies_that_come_back(deployment: Deployment) -> None:
    """What is set on a page of the wiki is sent by a browser with the next request."""
    person = deployment.person()
    person.request("GET", "/?notice=none")
    assert "csrfToken" in person.cookies


def keeps_cookies_to_its_host(deployment: Deployment) -> None:
    """No cookie of the wiki goes to another host, though it is one below the wiki's."""
    answer = deployment.person().request("GET", "/auth/oidc")
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"csrfToken", "oauth_csrf"}
    assert [cookie for cookie in cookies if re.search("domain=[^;]", cookie, re.IGNORECASE)] == []


def keeps_cookies_to_https(deployment: Deployment) -> None:
    """On https no cookie of the wiki goes over plain http."""
    answer = deployment.person().request("GET", "/auth/oidc")
    cookies = answer.headers.get_list("set-cookie")
    assert cookies
    assert [cookie for cookie in cookies if "secure" not in cookie.lower()] == []


def refuses_too_much(deployment: Deployment) -> None:
    """The storage takes no more than the wiki's limit, whatever size was declared."""
    person = deployment.signed_in()
    declared = person.call("attachments.create", name="a.txt", contentType="text/plain", size=10)
    form = declared.json()["data"]
    answer = person.request(
        "POST", form["uploadUrl"], data=form["form"], files={"file": b"x" * ABOVE_NGINX_DEFAULT}
    )
    assert answer.is_client_error, f"{answer.status_code}: {answer.text}"


def leaves_hsts_to_the_gateway(deployment: Deployment) -> None:
    """What Outline says of https, and of every host below its own, reaches no browser."""
    answer = deployment.person().request("GET", "/?notice=none")
    assert "strict-transport-security" not in answer.headers


def opens_realtime(deployment: Deployment) -> None:
    """The browser's websocket for events opens, with the Origin of a page of the wiki."""
    path = "/realtime/?EIO=4&transport=websocket"
    assert _upgrade(deployment, path, deployment.url) == SWITCHING_PROTOCOLS
    assert _upgrade(deployment, path, "http://elsewhere.example.com") != SWITCHING_PROTOCOLS


def opens_collaboration(deployment: Deployment) -> None:
    """The editor's websocket opens."""
    path = "/collaboration/document.1"
    assert _upgrade(deployment, path, deployment.url) == SWITCHING_PROTOCOLS


def takes_uploads(deployment: Deployment) -> None:
    """A browser uploads more than nginx's and Outline's own 1 MB, and reads it back."""
    person = deployment.signed_in()
    content = b"x" * ABOVE_NGINX_DEFAULT
    attachment = person.upload("big.bin", content)
    assert attachment.stored.is_success, (
        f"{attachment.stored.status_code}: {attachment.stored.text}"
    )
    assert person.download(attachment).content == content


def stores_from_its_own_side(deployment: Deployment) -> None:
    """The wiki's server puts, gets and deletes, from inside its container."""
    assert deployment.signed_in().storage_check() == {"ok": True}


def keeps_signatures(deployment: Deployment) -> Iterator[None]:
    """What the wiki's server signs reaches the storage as it was signed."""
    person = deployment.signed_in()
    yield
    assert person.storage_check() == {"ok": True}


def keeps_uploads_private(deployment: Deployment) -> None:
    """Nobody reads an upload without a signature."""
    person = deployment.signed_in()
    page = person.download(person.upload("secret.txt", b"secret"))
    unsigned = person.request("GET", str(page.request.url).partition("?")[0])
    assert unsigned.status_code == httpx.codes.FORBIDDEN


def asks_who_downloads(deployment: Deployment) -> None:
    """Whoever is not signed in gets no link to an attachment."""
    made = _made(deployment.signed_in())
    answer = deployment.person().request("GET", made["attachment"]["url"])
    assert answer.status_code == httpx.codes.FORBIDDEN, answer.headers.get("location")


def embeds_what_it_stores(deployment: Deployment) -> None:
    """A page's policy lets it embed a PDF from where the wiki's links lead."""
    person = deployment.signed_in()
    link = person.request("GET", _made(person)["attachment"]["url"]).headers["location"]
    policy = person.request("GET", "/home").headers["content-security-policy"]
    allowed = policy.partition("object-src ")[2].partition(";")[0].split()
    assert "{0.scheme}://{0.netloc}".format(urlsplit(link)) in allowed, allowed


def _made(person: StrictPerson) -> dict[str, Any]:
    """Return the wiki's answer to somebody about to upload."""
    answer = person.call("attachments.create", name="a.pdf", contentType="application/pdf", size=1)
    assert answer.is_success, f"{answer.status_code}: {answer.text}"
    made: dict[str, Any] = answer.json()["data"]
    return made


def _upgrade(deployment: Deployment, path: str, origin: str) -> int:
    return status_of_upgrade(deployment.url, path, origin, deployment.listener)


def _with_renewed_token(deployment: Deployment) -> StrictPerson:
    """Return the admin an hour and a renewal later."""
    person = deployment.signed_in()
    assert _revalidate(person, WITH_A_NEW_TOKEN) == KEPT
    return person


def _revalidate(person: StrictPerson, minutes: int) -> dict[str, object]:
    answer = person.request("POST", f"/standin/revalidate?minutes={minutes}")
    assert answer.is_success, f"{answer.status_code}: {answer.text}"
    outcome: dict[str, object] = answer.json()
    return outcome


def _set_active(deployment: Deployment, *, active: bool) -> None:
    statement = (
        "from django.contrib.auth import get_user_model\n"
        "for user in get_user_model().objects.all():\n"
        f"    user.is_active = {active}\n"
        "    user.save()\n"
    )
    deployment.stack.execute("oidc", "python", "-m", "oidc_server.manage", "shell", "-c", statement)


def _log(deployment: Deployment) -> str:
    return deployment.stack.compose("logs", "--no-color", "--tail", "40", "outline")
