"""Sixteen clients at once for a minute: sign-ins, refreshes, replays, revocations and garbage.

Each knows what it must be answered. None gets an error of the server's, a token it has no right
to, or a refusal of one that is good.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import httpx
import pytest

from tests.oidc_server import flow, running
from tests.oidc_server.defects.steps import LOGIN
from tests.oidc_server.hostile.values import AWKWARD
from tests.oidc_server.postgresql import Cluster
from tests.oidc_server.running import submit

CLIENTS = 16
PEOPLE = 8  # each at two of the clients
SECONDS = 60
MAKE_PEOPLE = f"""
from oidc_server.accounts.models import User
for number in range({PEOPLE + 1}):
    User.objects.create_user(f"person{{number}}", f"{{number}}@example.com", {flow.PASSWORD!r})
"""
VICTIM = f"person{PEOPLE}"
SECRET = {"client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}


@dataclass
class Family:
    """The tokens that came of a code; every refresh token, the newest last."""

    code: str
    access: str = ""
    refresh: list[str] = field(default_factory=list)
    refreshed_at: float = 0.0


@dataclass
class Market:
    """Codes that any of the clients may try, and the access tokens that each was worth."""

    lock: Lock = field(default_factory=Lock)
    codes: list[str] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)
    worth: dict[str, list[str]] = field(default_factory=dict)


class Client:
    """A person at a browser and the wiki's server in one, with a plan of its own."""

    def __init__(self, number: int, provider: running.Running, market: Market) -> None:
        self.provider, self.market = provider, market
        self.chance = random.Random(number)  # noqa: S311 - a plan, not a secret
        self.person = f"person{number % PEOPLE}"
        self.address = f"192.0.2.{number + 1}"
        self.server = httpx.Client(base_url=f"http://127.0.0.1:{provider.port}", timeout=60)
        self.callback = f"{provider.wiki}/auth/oidc.callback"
        self.living: list[Family] = []
        self.dead: list[Family] = []
        self.done: Counter[str] = Counter()
        self.sign_in()

    def run(self, until: float) -> Counter[str]:
        plan: dict[Callable[[], None], int] = {
            self.sign_in: 2,
            self.open_family: 4,
            self.refresh: 8,
            self.ask_for_the_user: 6,
            self.repeat_a_refresh: 2,
            self.replay_a_code: 1,
            self.replay_an_old_refresh_token: 1,
            self.revoke: 1,
            self.try_the_dead: 3,
            self.try_by_a_wrong_secret: 2,
            self.guess_a_password: 1,
            self.offer_a_code: 2,
            self.take_a_code: 4,
            self.send_garbage: 4,
        }
        while time.monotonic() < until:
            (act,) = self.chance.choices(list(plan), list(plan.values()))
            act()
            self.done[act.__name__] += 1
        return self.done

    # What is answered well

    def sign_in(self) -> None:
        self.browser = self.provider.browser(self.address)
        done = submit(self.browser, LOGIN, username=self.person, password=flow.PASSWORD)
        assert done.status_code == 303

    def open_family(self) -> None:
        self.living.append(Family(self.new_code()))
        answer = self.exchange(self.living[-1].code)
        assert answer.status_code == 200
        self.keep(self.living[-1], answer)

    def refresh(self) -> None:
        if family := self.one_of(self.living):
            before = family.access
            answer = self.refresh_by(family.refresh[-1])
            assert answer.status_code == 200
            self.keep(family, answer)
            assert len(set(family.refresh)) == len(family.refresh)
            assert self.user_of(before).status_code == 401

    def ask_for_the_user(self) -> None:
        if family := self.one_of(self.living):
            answer = self.user_of(family.access)
            assert answer.json()["preferred_username"] == self.person

    def repeat_a_refresh(self) -> None:
        """As a client that never got its answer: it gets the same once more."""
        if (family := self.one_of(self.living)) and self.is_fresh(family):
            answer = self.refresh_by(family.refresh[-2])
            assert answer.json()["refresh_token"] == family.refresh[-1]
            assert answer.json()["access_token"] == family.access

    # What ends a family

    def replay_a_code(self) -> None:
        if family := self.one_of(self.living):
            assert self.exchange(family.code).status_code == 400
            self.bury(family)

    def replay_an_old_refresh_token(self) -> None:
        if (family := self.one_of(self.living)) and len(family.refresh) > 2:
            assert self.refresh_by(family.refresh[-3]).status_code == 400
            self.bury(family)

    def revoke(self) -> None:
        if family := self.one_of(self.living):
            token = self.chance.choice([family.access, family.refresh[-1]])
            assert self.post("revoke", token=token, **SECRET).status_code == 200
            self.bury(family)

    # What is never answered well

    def try_the_dead(self) -> None:
        if family := self.one_of(self.dead):
            assert self.user_of(family.access).status_code == 401
            assert self.refresh_by(family.refresh[-1]).status_code == 400
            assert self.exchange(family.code).status_code == 400

    def try_by_a_wrong_secret(self) -> None:
        if family := self.one_of(self.living):
            wrong = {"client_id": flow.CLIENT_ID, "client_secret": "wrong"}
            form = {"grant_type": "refresh_token", "refresh_token": family.refresh[-1]}
            assert self.post("token", **form, **wrong).status_code == 401
            assert self.post("revoke", token=family.refresh[-1], **wrong).status_code == 401

    def guess_a_password(self) -> None:
        guesser = self.provider.browser(f"203.0.113.{self.chance.randrange(256)}")
        done = submit(guesser, LOGIN, username=VICTIM, password="a-wrong-password")
        assert done.status_code in {200, 429}  # the form again, or no more attempts
        assert "running_oidc_session" not in guesser.cookies

    def send_garbage(self) -> None:
        raw = [self.chance.choice(AWKWARD) for _ in range(3)]
        path = self.chance.choice(["token", "revoke", "introspect", "authorize", "end-session"])
        answer = self.server.post(
            f"/uc/oauth/{path}",
            content=b"grant_type=refresh_token&" + b"&".join(raw),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code < 500
        assert "access_token" not in answer.text

    # Codes that several try at once

    def offer_a_code(self) -> None:
        code = self.new_code()
        with self.market.lock:
            self.market.codes += [code, code]

    def take_a_code(self) -> None:
        with self.market.lock:
            code = self.market.codes.pop(0) if self.market.codes else ""
        if code:
            answer = self.exchange(code)
            assert answer.status_code in {200, 400}
            with self.market.lock:
                self.market.tried[code] += 1
                if answer.status_code == 200:
                    self.market.worth.setdefault(code, []).append(answer.json()["access_token"])

    # By which means

    def one_of(self, families: list[Family]) -> Family | None:
        return self.chance.choice(families) if families else None

    def keep(self, family: Family, answer: httpx.Response) -> None:
        told = answer.json()
        family.access, family.refreshed_at = told["access_token"], time.monotonic()
        family.refresh.append(told["refresh_token"])

    def is_fresh(self, family: Family) -> bool:
        """Whether the provider still repeats the last answer (OIDC_REFRESH_GRACE)."""
        return len(family.refresh) > 1 and time.monotonic() - family.refreshed_at < 30

    def bury(self, family: Family) -> None:
        self.living.remove(family)
        self.dead.append(family)
        self.try_the_dead()

    def new_code(self) -> str:
        asked = {
            "response_type": "code",
            "client_id": flow.CLIENT_ID,
            "redirect_uri": self.callback,
            "scope": "openid profile",
        }
        answer = self.browser.get("/uc/oauth/authorize", params=asked)
        return str(httpx.URL(answer.headers["location"]).params["code"])

    def exchange(self, code: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback}
        return self.post("token", **form, **SECRET)

    def refresh_by(self, token: str) -> httpx.Response:
        return self.post("token", grant_type="refresh_token", refresh_token=token, **SECRET)

    def post(self, path: str, **form: str) -> httpx.Response:
        answer = self.server.post(f"/uc/oauth/{path}", data=form)
        assert answer.status_code < 500
        return answer

    def user_of(self, access_token: str) -> httpx.Response:
        bearer = {"authorization": f"Bearer {access_token}"}
        return self.server.get("/uc/oauth/userinfo", headers=bearer)


@pytest.fixture
def provider(postgresql: Cluster | None, tmp_path: Path) -> Iterator[running.Running]:
    variables = running.fresh(postgresql, tmp_path)
    running.command("init", variables=variables)
    running.command("shell", "-v0", "-c", MAKE_PEOPLE, variables=variables)
    with running.serve(variables, running.port_of(variables), tmp_path / "log") as started:
        yield started


@pytest.mark.timeout(300)
def test_for_a_minute_each_of_many_is_answered_as_they_should_be(
    provider: running.Running,
) -> None:
    market = Market()
    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = list(threads.map(lambda n: Client(n, provider, market), range(CLIENTS)))
        until = time.monotonic() + SECONDS
        done = sum(threads.map(lambda client: client.run(until), clients), Counter[str]())

    print(sorted(done.items()))  # noqa: T201 - what a failure is judged by
    assert len(done) == 14
    log = provider.log.read_text()
    assert "Traceback" not in log
    assert "Internal Server Error" not in log
    twice = [code for code, times in market.tried.items() if times == 2]
    assert twice
    assert all(len(market.worth[code]) == 1 for code in twice)
    assert {clients[0].user_of(market.worth[code][0]).status_code for code in twice} == {401}
