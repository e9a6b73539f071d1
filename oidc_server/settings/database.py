"""PostgreSQL in the stack, SQLite alone."""

from typing import Any

from oidc_server.environment import PostgreSQL
from oidc_server.settings.environ import ENVIRONMENT

_database = ENVIRONMENT.database
_DEFAULT: dict[str, Any]

if isinstance(_database, PostgreSQL):
    _DEFAULT = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _database.host,
        "PORT": _database.port,
        "NAME": _database.name,
        "USER": _database.user,
        "PASSWORD": _database.password,
        "OPTIONS": {"connect_timeout": 5},
    }
else:
    _DEFAULT = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(_database.path),
        "OPTIONS": {
            "timeout": 20,
            # The default (deferred) answers "database is locked" to threads that read, then write.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }

DATABASES = {
    "default": {
        **_DEFAULT,
        # One connection for each thread, kept; checked before use, so that a restarted server
        # costs nothing but a new connection.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
}
