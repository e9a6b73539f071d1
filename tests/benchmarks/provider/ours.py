"""Our own provider, as a deployment runs it, on one of its two databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.provider.filling import fill
from tests.benchmarks.provider.people import Site
from tests.benchmarks.provider.servers import Server
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import cluster, free_port
from tests.rig.machine import RigError

DATABASES = ("postgresql", "sqlite")


@contextmanager
def ours(database: str, folder: Path, *, full: bool = False) -> Iterator[Server]:
    """Have it serve from an empty database, or from a full one."""
    folder.mkdir()
    with ExitStack() as stack:
        postgresql = stack.enter_context(cluster()) if database == "postgresql" else None
        variables = running.fresh(postgresql, folder, METRICS_PORT=str(free_port()))
        variables |= _of_the_image() | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        running.command("init", variables=variables)
        if full:
            fill(variables)
        port = running.port_of(variables)
        # The image's modules are compiled; here it is the first start that does it.
        with running.serve(variables, port, folder / "log"):
            pass
        served = stack.enter_context(running.serve(variables, port, folder / "log"))
        yield Server(
            name=f"ours, {'PostgreSQL' if postgresql else 'SQLite'}{', full' if full else ''}",
            process=served.process.pid,
            database=postgresql.postmaster() if postgresql else None,
            site=Site(
                port=port,
                authorize="/uc/oauth/authorize",
                token="/uc/oauth/token",
                userinfo="/uc/oauth/userinfo",
                admin=("/uc/admin/", "/uc/admin/accounts/user/"),
                callback=f"{variables['WIKI_URL']}/auth/oidc.callback",
                client_id=flow.CLIENT_ID,
                client_secret=flow.CLIENT_SECRET,
                username=variables["ADMIN_USERNAME"],
                password=variables["ADMIN_PASSWORD"],
            ),
        )


def _of_the_image() -> dict[str, str]:
    """What its Dockerfile tells the allocator and Python."""
    image = (running.REPOSITORY / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    found = re.search(r"^ENV ((?:.*\\\n)*.*)$", image, re.MULTILINE)
    if found is None:
        raise RigError("the Dockerfile has no ENV")
    told = dict(re.findall(r"(\w+)=(\S+)", found[1]))
    return {name: told[name] for name in told.keys() - {"PATH", "PYTHONDONTWRITEBYTECODE"}}
