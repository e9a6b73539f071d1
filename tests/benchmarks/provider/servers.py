"""What all the servers under measurement have in common: a name, processes and a site."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.provider.people import Site


@dataclass(frozen=True, kw_only=True)
class Server:
    """`process` is the first of its own, `database` that of its PostgreSQL, if it has one."""

    name: str
    process: int
    database: int | None = None
    site: Site
