"""What a sign-in costs the provider, and others: `python -m tests.benchmarks.provider`.

See docs/performance.md for the method.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tests.benchmarks.provider import measuring
from tests.benchmarks.provider.others import oidc_provider, seed, stock
from tests.benchmarks.provider.ours import DATABASES, ours
from tests.benchmarks.provider.people import Crowd
from tests.benchmarks.provider.servers import Server

_ON_SQLITE = 400  # sign-ins


def main() -> int:
    """Print the figures as a table, or as JSON."""
    chosen = _arguments()
    sys.stderr.write(f"Python {sys.version.split()[0]}; {os.cpu_count()} processors\n")
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        servers = [stack.enter_context(server) for server in _servers(chosen, Path(place))]
        sys.stderr.write(f"load before: {os.getloadavg()[0]:.1f}\n")
        if chosen.leak:
            _leak(servers, chosen)
        elif chosen.sqlite_threads:
            _sqlite_threads(servers, chosen)
        else:
            _compare(servers, chosen)
        sys.stderr.write(f"load after: {os.getloadavg()[0]:.1f}\n")
    return 0


def _compare(servers: list[Server], chosen: argparse.Namespace) -> None:
    figures = measuring.compare(
        servers, rounds=chosen.rounds, sign_ins=chosen.sign_ins, clients=chosen.clients
    )
    if chosen.json:
        json.dump([figure.summary() for figure in figures], sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(measuring.table(figures))


def _leak(servers: list[Server], chosen: argparse.Namespace) -> None:
    for server in servers:
        for now in measuring.grow(server, chosen.leak, chosen.clients):
            size = f"{now['pss_mib']} MiB of PSS, {now['alone_mib'] or '-'} alone"
            sys.stdout.write(f"{server.name}, {now['sign_ins']} sign-ins: {size}\n")
            sys.stdout.flush()


def _sqlite_threads(servers: list[Server], chosen: argparse.Namespace) -> None:
    for server in servers:
        problems = Crowd.at(server.site, chosen.clients).try_to_sign_in(_ON_SQLITE)
        good = _ON_SQLITE - len(problems)
        sys.stdout.write(f"{server.name}: {good} of {_ON_SQLITE} sign-ins succeeded\n")
        for told, count in Counter(problems).items():
            sys.stdout.write(f"    {count} times: {told}\n")


def _servers(chosen: argparse.Namespace, place: Path) -> Iterator[AbstractContextManager[Server]]:
    databases = ["sqlite"] if chosen.sqlite_threads else chosen.on or DATABASES
    for database in databases:
        yield ours(database, place / database)
    if chosen.full:
        for database in databases:
            yield ours(database, place / f"{database}-full", full=True)
    if chosen.stock:
        yield stock(place / "stock")
    if chosen.seed:
        yield seed(place / "seed", *chosen.seed)
    if chosen.oidc_provider:
        yield oidc_provider(place / "oidc-provider")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.provider", description=__doc__
    )
    parser.add_argument("--on", action="append", choices=DATABASES, help="ours, on this one only")
    parser.add_argument(
        "--full", action="store_true", help="ours with 100,000 users and 1,000,000 tokens as well"
    )
    parser.add_argument("--stock", action="store_true", help="plain django-oidc-provider as well")
    parser.add_argument(
        "--seed",
        nargs=2,
        type=lambda path: Path(path).absolute(),
        metavar=("FOLDER", "PYTHON"),
        help="the seed's server as well: its checkout, and a Python that has what it needs",
    )
    parser.add_argument(
        "--oidc-provider", action="store_true", help="oidc-provider of Node.js as well"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--sign-ins", type=int, default=100, metavar="N", help="in each round")
    parser.add_argument("--clients", type=int, default=4, metavar="N", help="at the same time")
    parser.add_argument(
        "--leak", type=int, metavar="N", help=f"memory every {measuring.STEP} sign-ins up to N"
    )
    parser.add_argument(
        "--sqlite-threads",
        action="store_true",
        help=f"how many of {_ON_SQLITE} sign-ins at once succeed on SQLite",
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
