"""The provider's two commands, with the environment that its contract asks for."""

import os
from pathlib import Path

from deploygen.demo.folder import DataFolder
from deploygen.demo.ports import Listener
from deploygen.demo.processes import Command
from deploygen.topology import OIDC_PATH

CLIENT_ID = "sample-client"
CLIENT_NAME = "Sample client"
ADMIN_USERNAME = "admin"
_ADMIN_EMAIL = "admin@example.com"
# Nothing else of ours must reach the provider: its variables have plain names such as DEBUG.
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR")


def base_environment(import_from: Path) -> dict[str, str]:
    """Return what every child needs: where its modules are, and to leave that place unchanged."""
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        "PYTHONPATH": str(import_from),
        "PYTHONSAFEPATH": "1",  # the working directory is data
        "PYTHONDONTWRITEBYTECODE": "1",  # the code may lie where nobody may write
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def issuer(site: Listener) -> str:
    return f"{site.origin}{OIDC_PATH}/oauth"


def admin_url(site: Listener) -> str:
    return f"{site.origin}{OIDC_PATH}/admin/"


def init(python: Path, root: Path, data: DataFolder, site: Listener, client: Listener) -> Command:
    """Return the one-shot that sets up database, key, client and administrator."""
    return Command(
        arguments=(str(python), "-m", "oidc_server", "init"),
        environment={
            **_environment(root, data, site, client),
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET_FILE": str(data.secret_file("client_secret")),
            "ADMIN_USERNAME": ADMIN_USERNAME,
            "ADMIN_EMAIL": _ADMIN_EMAIL,
            "ADMIN_PASSWORD_FILE": str(data.secret_file("admin_password")),
        },
        folder=data.path,
        log=data.provider_log,
    )


def serve(python: Path, root: Path, data: DataFolder, site: Listener, client: Listener) -> Command:
    """Return the server, which takes over the sockets of `site`."""
    binds = [option for each in site.sockets for option in ("--bind", f"fd://{each.fileno()}")]
    return Command(
        arguments=(str(python), "-m", "oidc_server", "serve", *binds, "--graceful-timeout", "2"),
        environment=_environment(root, data, site, client),
        folder=data.path,
        log=data.provider_log,
        sockets=site.sockets,
    )


def _environment(root: Path, data: DataFolder, site: Listener, client: Listener) -> dict[str, str]:
    return {
        **base_environment(root),
        "SITE_URL": site.origin,
        "WIKI_URL": client.origin,
        "WIKI_NAME": CLIENT_NAME,
        "DEPLOYMENT_NAME": f"demo-{site.port}",  # cookies know no port; two demos may run at once
        "SQLITE_PATH": str(data.database),
        "SECRET_KEY_FILE": str(data.secret_file("secret_key")),
        "ENCRYPTION_KEY_FILE": str(data.secret_file("encryption_key")),
    }
