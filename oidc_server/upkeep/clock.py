"""A thread of the server that sees to the upkeep, which is never done in a request."""

# ruff: noqa: PLC0415 - needs the apps loaded
import random
import time
from threading import Thread

from django.db import connection

SECONDS = 600.0  # between looking whose turn it is, on an average


def start() -> None:
    Thread(target=_go, name="upkeep", daemon=True).start()


def _go() -> None:
    from oidc_server.upkeep.turns import clean_up_in_turn

    while True:
        # Servers that were started together do not look together.
        time.sleep(SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - decides nothing
        clean_up_in_turn()
        connection.close()  # not to keep one meanwhile
