"""Serving: check the environment, wait for the database, become gunicorn."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from oidc_server.environment import read_server
from oidc_server.waiting import wait_for_database

_CONFIGURATION = Path(__file__).with_name("gunicorn.conf.py")


def serve(arguments: list[str]) -> NoReturn:
    """Replace this process by gunicorn; `arguments` go to it, after the configuration's.

    gunicorn binds its socket before it has loaded the site, and from then on callers are held until
    they are answered. Before the database answers there is no socket: the wiki takes a refused
    connection for a hiccup, and an error answer for the end of its user's session.
    """
    wait_for_database(read_server(os.environ).database)
    command = [sys.executable, "-m", "gunicorn", "--config", str(_CONFIGURATION)]
    os.execv(sys.executable, [*command, *arguments, "oidc_server.wsgi"])  # noqa: S606 - by design
