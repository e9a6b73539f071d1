"""Waiting for the database before anything that needs it starts."""

import sys
import time

from oidc_server.environment import PostgreSQL, SQLite
from oidc_server.failure import CommandFailed

_POLL = 0.5  # seconds


class DatabaseUnreachable(CommandFailed):
    """The database did not answer in time."""

    exit_code = 69  # sysexits.h EX_UNAVAILABLE


def wait_for_database(database: PostgreSQL | SQLite, seconds: float = 120) -> None:
    """Return once the database takes a connection; a file always does.

    Raises `DatabaseUnreachable` after `seconds`.
    """
    if isinstance(database, SQLite):
        return
    import psycopg2  # noqa: PLC0415 - takes memory that SQLite needn't pay

    deadline = time.monotonic() + seconds
    told = False
    while True:
        try:
            psycopg2.connect(
                host=database.host,
                port=database.port,
                dbname=database.name,
                user=database.user,
                password=database.password,
                connect_timeout=5,
            ).close()
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline:
                raise DatabaseUnreachable(
                    "The database can't be reached:"
                    f" {database.host}:{database.port} gave no connection in {seconds:.0f} s:"
                    f" {error}"
                ) from error
        else:
            return
        if not told:
            sys.stderr.write(f"waiting for {database.host}:{database.port}\n")
            told = True
        time.sleep(_POLL)
