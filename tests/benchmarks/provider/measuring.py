"""Rounds of sign-ins at servers that are all up, and what each of them took for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from tests.benchmarks.processes import MIB, cpu, pss, resident, tree
from tests.benchmarks.provider.people import Crowd
from tests.benchmarks.provider.servers import Server

STEP = 1000  # sign-ins


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one server; lists have one entry for each round, but `took` one for each sign-in."""

    name: str
    cpu: list[float] = field(default_factory=list)  # seconds a sign-in, of the server's processes
    database: list[float] = field(default_factory=list)  # the same of PostgreSQL's
    rate: list[float] = field(default_factory=list)  # sign-ins a second
    took: list[float] = field(default_factory=list)  # seconds
    memory: dict[str, int | None] = field(default_factory=dict)  # bytes, at the end

    def summary(self) -> dict[str, Any]:
        """Return what is told of it, in its units."""
        percentiles = quantiles(self.took, n=20)
        return {
            "server": self.name,
            "sign_ins": len(self.took),
            "cpu_ms": _milliseconds(median(self.cpu)),
            "cpu_ms_least": _milliseconds(min(self.cpu)),
            "cpu_ms_most": _milliseconds(max(self.cpu)),
            "postgresql_cpu_ms": _milliseconds(median(self.database)) if self.database else None,
            "p50_ms": _milliseconds(percentiles[9]),
            "p95_ms": _milliseconds(percentiles[18]),
            "sign_ins_per_second": round(median(self.rate), 1),
            **_in_mebibytes(self.memory),
        }


def compare(servers: list[Server], *, rounds: int, sign_ins: int, clients: int) -> list[Figures]:
    """Return the figures of servers; the first round is thrown away."""
    crowds = [Crowd.at(server.site, clients) for server in servers]
    figures = [Figures(name=server.name) for server in servers]
    together = list(zip(servers, crowds, figures, strict=True))
    for crowd in crowds:
        crowd.sign_in(sign_ins)
    for number in range(rounds):
        for server, crowd, found in together if number % 2 else reversed(together):
            _round(server, crowd, found, sign_ins)
    for server, crowd, found in together:
        crowd.people[0].look_around()
        found.memory.update(memory(server))
    return figures


def memory(server: Server) -> dict[str, int | None]:
    """Return the bytes it takes beside the machine's other processes, and would take alone."""
    processes = tree(server.process)
    return {"pss": pss(processes), "alone": resident(processes)}


def grow(server: Server, sign_ins: int, clients: int) -> Iterator[dict[str, Any]]:
    """Yield how many sign-ins there were, and the MiB it takes then."""
    crowd = Crowd.at(server.site, clients)
    for done in range(0, sign_ins + 1, STEP):
        if done:
            crowd.sign_in(STEP)
        yield {"server": server.name, "sign_ins": done, **_in_mebibytes(memory(server))}


def table(figures: list[Figures]) -> str:
    """Return the summaries as a table for people."""
    lines = [
        f"{'':<26}{'CPU ms a sign-in':>22}{'PostgreSQL':>12}{'PSS MiB':>9}{'alone':>7}"
        f"{'p50 ms':>8}{'p95 ms':>8}{'a second':>10}{'sign-ins':>10}\n"
    ]
    for one in (figure.summary() for figure in figures):
        spread = f"{one['cpu_ms']} ({one['cpu_ms_least']} to {one['cpu_ms_most']})"
        database = "-" if one["postgresql_cpu_ms"] is None else one["postgresql_cpu_ms"]
        lines.append(
            f"{one['server']:<26}{spread:>22}{database:>12}"
            f"{one['pss_mib']:>9}{one['alone_mib'] or '-':>7}"
            f"{one['p50_ms']:>8}{one['p95_ms']:>8}{one['sign_ins_per_second']:>10}"
            f"{one['sign_ins']:>10}\n"
        )
    return "".join(lines)


def _round(server: Server, crowd: Crowd, found: Figures, sign_ins: int) -> None:
    database = [] if server.database is None else [server.database]
    own = cpu(tree(server.process))
    others = sum(cpu(tree(process)) for process in database)
    began = time.perf_counter()
    found.took.extend(crowd.sign_in(sign_ins))
    found.rate.append(sign_ins / (time.perf_counter() - began))
    found.cpu.append((cpu(tree(server.process)) - own) / sign_ins)
    if database:
        taken = sum(cpu(tree(process)) for process in database) - others
        found.database.append(taken / sign_ins)


def _in_mebibytes(sizes: dict[str, int | None]) -> dict[str, float | None]:
    return {f"{name}_mib": size and round(size / MIB, 1) for name, size in sizes.items()}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
