"""The servers that ours is measured against, each with a user and the wiki's client."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.provider.hosting import inherited, listening
from tests.benchmarks.provider.people import Site
from tests.benchmarks.provider.servers import Server
from tests.oidc_server.postgresql import cluster, free_port
from tests.oidc_server.running import REPOSITORY
from tests.rig import node_packages

_NODE = Path(__file__).with_name("node")
_WIKI: dict[str, Any] = {
    "callback": "http://127.0.0.1:3000/auth/oidc.callback",
    "client_id": "outline",
    "client_secret": "secret-of-the-wiki's-client",
    "username": "admin",
    "password": "a-good-long-password",
}
# For the shell of a project that has django-oidc-provider.
_ROWS = """
from django.contrib.auth.models import User
from oidc_provider.models import Client, ResponseType

User.objects.create_superuser({username!r}, "admin@example.com", {password!r})
client = Client.objects.create(
    name="Outline",
    client_id={client_id!r},
    client_secret={client_secret!r},
    require_consent={consent!r},
    _redirect_uris={callback!r},
)
client.response_types.set(ResponseType.objects.all())
"""


@contextmanager
def stock(folder: Path) -> Iterator[Server]:
    """django-oidc-provider as its README sets it up, on PostgreSQL, by gunicorn as ours is."""
    folder.mkdir()
    with cluster() as postgresql:
        postgresql.create_database("stock")
        variables = {
            **inherited(),
            "PYTHONPATH": str(REPOSITORY),
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.provider.stock_settings",
            "STOCK_DATABASE_PORT": str(postgresql.port),
        }
        _fill_in([sys.executable, "-m", "django"], folder, variables, consent=False)
        port = free_port()
        gunicorn: list[str | Path] = [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"),
            *("--no-control-socket", "django.core.wsgi:get_wsgi_application()"),
        ]
        with listening(gunicorn, port, folder, variables) as process:
            yield Server(
                name="django-oidc-provider",
                process=process,
                database=postgresql.postmaster(),
                site=_django_site(port, "/uc"),
            )


@contextmanager
def seed(folder: Path, checkout: Path, python: Path) -> Iterator[Server]:
    """The seed's server, as its own files start it, on its SQLite; the checkout is copied."""
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".git"))
    variables = {**inherited(), "DEBUG": "0", "SECRET_KEY": "for-a-benchmark-only"}
    _fill_in([python, "manage.py"], folder, variables, consent=True)
    port = free_port()
    # Its Makefile's.
    gunicorn = ("gunicorn", "oidc_server.wsgi:application", "-w", "2", "-b", f"127.0.0.1:{port}")
    with listening([python, "-m", *gunicorn], port, folder, variables) as process:
        yield Server(name="seed", process=process, site=_django_site(port, ""))


@contextmanager
def oidc_provider(folder: Path) -> Iterator[Server]:
    """The provider of Node.js, in one process, with its own store in memory."""
    folder.mkdir()
    node_packages.ensure(_NODE)
    port = free_port()
    client = (_WIKI["client_id"], _WIKI["client_secret"], _WIKI["callback"])
    command = (node_packages.node(), _NODE / "server.mjs", str(port), *client)
    variables = {**inherited(), "NODE_ENV": "production"}
    with listening(command, port, folder, variables) as process:
        site = Site(port=port, authorize="/auth", token="/token", userinfo="/me", **_WIKI)
        yield Server(name="oidc-provider (Node.js)", process=process, site=site)


def _fill_in(
    manage: list[str | Path], folder: Path, variables: Mapping[str, str], *, consent: bool
) -> None:
    rows = _ROWS.format(**_WIKI, consent=consent)
    for command in (["migrate"], ["creatersakey"], ["shell", "-c", rows]):
        subprocess.run(
            [*manage, *command], cwd=folder, env=variables, check=True, capture_output=True
        )


def _django_site(port: int, prefix: str) -> Site:
    return Site(
        port=port,
        authorize=f"{prefix}/oauth/authorize",
        token=f"{prefix}/oauth/token",
        userinfo=f"{prefix}/oauth/userinfo",
        admin=(f"{prefix}/admin/", f"{prefix}/admin/auth/user/"),
        **_WIKI,
    )
