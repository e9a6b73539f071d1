"""Whether the time of a refused sign-in tells which accounts there are.

    python -m tests.benchmarks.enumeration [--on postgresql|sqlite] [--rounds N]

Method: the provider as a deployment runs it (gunicorn, a database of its own on this machine), and
one client that sends one attempt at a time over a kept connection, timed from the POST to the last
byte of the answer. A round tries each kind of account once, in an order drawn anew. Each attempt
comes from an address of its own, and there are as many accounts of each kind as it takes that none
is blocked; the blocked kinds are tried from one address, where they are blocked throughout. The
first rounds are thrown away.

Each kind stands beside accounts that do not exist and are tried in the same way. "Tells apart" is
the probability that of two attempts, one of each, the one at the account that exists took longer
(Mann and Whitney's U; a coin has 0.5), with the interval that holds 95 % of 2,000 resamplings. The
difference is that of the medians, with such an interval. The control is more accounts that do not
exist: what shows there is noise. CPU is the time that the provider's threads ran for an attempt
(/proc/PID/task/*/schedstat; not the database's): no client sees it, but it shows differences that
the time hides on a machine that is not idle.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep

import httpx

from tests.benchmarks.provider.ours import DATABASES
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import cluster

LOGIN = "/uc/accounts/login/"
THROWN_AWAY = 10  # rounds
AN_ACCOUNT = 40  # attempts, which is fewer than block one
AFTERWARDS = 0.003  # seconds; until the thread that answered rests
RESAMPLINGS = 2000
MAKE_USERS = """
from oidc_server.accounts.models import User
for kind, fields in {kinds}.items():
    for number in range({count}):
        name = f"{{kind}}-{{number}}"
        User.objects.create_user(name, f"{{name}}@example.com", **fields)
"""
USERS: dict[str, dict[str, object]] = {
    "known": {"password": flow.PASSWORD},
    "mail": {"password": flow.PASSWORD},
    "off": {"password": flow.PASSWORD, "is_active": False},
    "left": {"password": flow.PASSWORD, "is_active": False},
    "empty": {"password": None},
    "blocked": {"password": flow.PASSWORD},
}


@dataclass(frozen=True)
class Kind:
    """Accounts of one kind, how they are tried, and the title of those beside which they stand."""

    title: str
    name: str  # with the number of the account for {}
    beside: str
    password: str = "not-the-password"
    is_blocked: bool = False
    time: list[float] = field(default_factory=list)  # milliseconds, as below
    cpu: list[float] = field(default_factory=list)


def kinds() -> list[Kind]:
    by_name, by_mail, blocked = "missing, by username", "missing, by e-mail", "blocked, missing"
    right = flow.PASSWORD
    return [
        Kind(by_name, "missing-{}", ""),
        Kind("control: missing, by username", "absent-{}", by_name),
        Kind("wrong password, by username", "known-{}", by_name),
        Kind("turned off, wrong password", "off-{}", by_name),
        Kind("turned off, right password", "left-{}", by_name, right),
        Kind("has no password", "empty-{}", by_name),
        Kind(by_mail, "missing-{}@example.com", ""),
        Kind("wrong password, by e-mail", "mail-{}@example.com", by_mail),
        Kind(blocked, "nobody", "", is_blocked=True),
        Kind("blocked, right password", "blocked-0", blocked, right, is_blocked=True),
    ]


class Guesser:
    """A client that goes on trying to sign in, and counts the seconds."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, headers={"origin": address}, timeout=60)
        self._token = self._client.get(LOGIN).cookies["running_oidc_csrf"]

    def attempt(self, name: str, password: str, *, at: str, expected: int) -> float:
        """Return the milliseconds that it takes. Raises unless the status is as expected."""
        form = {"username": name, "password": password, "csrfmiddlewaretoken": self._token}
        began = perf_counter()
        answer = self._client.post(LOGIN, data=form, headers={"x-forwarded-for": at})
        took = perf_counter() - began
        if answer.status_code != expected:
            raise AssertionError(f"{name}: {answer.status_code}")
        return took * 1000


def main() -> int:
    """Print the distributions as a table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.enumeration",
        description="Measure whether the time of a refused sign-in tells which accounts there are.",
    )
    parser.add_argument("--on", choices=DATABASES, default="postgresql")
    parser.add_argument("--rounds", type=int, default=400, metavar="N")
    chosen = parser.parse_args()
    sys.stdout.write(f"{__doc__}\nPython {sys.version.split()[0]}; {os.cpu_count()} processors; ")
    sys.stdout.write(f"load before: {os.getloadavg()[0]:.1f}; {chosen.on}; ")
    sys.stdout.write(f"{chosen.rounds} rounds\n\n")
    with tempfile.TemporaryDirectory() as place:
        measured = measure(chosen.on, chosen.rounds, Path(place))
    sys.stdout.write(table(measured))
    return 0


def measure(database: str, rounds: int, folder: Path) -> list[Kind]:
    """Return the kinds with what they took."""
    measured, order = kinds(), random.Random(6)  # noqa: S311 - an order, no secret
    with ExitStack() as stack:
        postgresql = stack.enter_context(cluster()) if database == "postgresql" else None
        variables = running.fresh(postgresql, folder)
        running.command("init", variables=variables)
        script = MAKE_USERS.format(kinds=USERS, count=rounds // AN_ACCOUNT + 1)
        running.command("shell", "-v0", "-c", script, variables=variables)
        port = running.port_of(variables)
        provider = stack.enter_context(running.serve(variables, port, folder / "log"))
        guesser = Guesser(variables["SITE_URL"])
        blocked_at = "203.0.113.1"
        for kind in measured:
            for _ in range(10 if kind.is_blocked else 0):
                guesser.attempt(kind.name, "wrong", at=blocked_at, expected=200)
        for number in range(-THROWN_AWAY, rounds):
            for kind in order.sample(measured, len(measured)):
                ran = _running_time(provider.process.pid)
                took = guesser.attempt(
                    kind.name.format(max(number, 0) // AN_ACCOUNT),
                    kind.password,
                    at=blocked_at if kind.is_blocked else _address(order),
                    expected=429 if kind.is_blocked else 200,
                )
                sleep(AFTERWARDS)
                if number >= 0:
                    kind.time.append(took)
                    kind.cpu.append(_running_time(provider.process.pid) - ran)
    return measured


def table(measured: Sequence[Kind]) -> str:
    """Return the distributions, and how well each kind is told from that beside it."""
    by_title = {kind.title: kind for kind in measured}
    lines = [
        f"{'milliseconds':<30}{'5 %':>7}{'25 %':>7}{'median':>8}{'75 %':>7}{'95 %':>7}"
        f"  {'tells apart':<20}{'difference':<23}{'CPU':>6}  difference"
    ]
    for kind in measured:
        cuts = quantiles(kind.time, n=20)
        shown = "".join(
            f"{cuts[place]:>{width}.1f}"
            for place, width in ((0, 7), (4, 7), (9, 8), (14, 7), (18, 7))
        )
        beside = by_title.get(kind.beside)
        apart = _interval(slower, kind.time, beside.time, "") if beside else ""
        differences = (
            [
                _interval(_of_medians, mine, theirs, "+")
                for mine, theirs in ((kind.time, beside.time), (kind.cpu, beside.cpu))
            ]
            if beside
            else ["", ""]
        )
        lines.append(
            f"{kind.title:<30}{shown}  {apart:<20}{differences[0]:<23}"
            f"{median(kind.cpu):>6.2f}  {differences[1]}".rstrip()
        )
    return "\n".join([*lines, ""])


Statistic = Callable[[Sequence[float], Sequence[float]], float]


def _interval(
    statistic: Statistic, ones: Sequence[float], others: Sequence[float], sign: str
) -> str:
    draw = random.Random(6)  # noqa: S311 - a sample, no secret
    drawn = quantiles(
        (
            statistic(draw.choices(ones, k=len(ones)), draw.choices(others, k=len(others)))
            for _ in range(RESAMPLINGS)
        ),
        n=40,
    )
    value, low, high = (
        f"{figure:{sign}.2f}" for figure in (statistic(ones, others), drawn[0], drawn[-1])
    )
    return f"{value} ({low} to {high})"


def _of_medians(ones: Sequence[float], others: Sequence[float]) -> float:
    return median(ones) - median(others)


def slower(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the probability that one of the first took longer than one of the others."""
    ranked = sorted(others)
    wins = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in ones) / 2
    return wins / (len(ones) * len(ranked))


def _running_time(process: int) -> float:
    """Return how many milliseconds the threads of a process have run."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e6


def _address(order: random.Random) -> str:
    return str(IPv4Address("10.0.0.0") + order.randrange(2**24))


if __name__ == "__main__":
    sys.exit(main())
