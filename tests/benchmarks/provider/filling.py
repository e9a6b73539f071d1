"""A database after years: many users, each with grants and tokens that are still good.

The rows are like those that sign-ins leave; only their digests are of nothing.
"""

# ruff: noqa: S608 - all that goes into the statements stands here
from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from psycopg2.extensions import make_dsn

from tests.oidc_server.postgresql import execute

USERS = 100_000
TOKENS = 1_000_000

_NUMBERS = {
    "postgresql": "generate_series(1, {count}) AS numbers(n)",
    "sqlite": (
        "(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {count})"
        " SELECT n FROM up) AS numbers"
    ),
}
_WORDS = {
    "postgresql": {
        "digest": "encode(sha256({what}::text::bytea), 'hex')",
        "uuid": "gen_random_uuid()",
        "later": "now() + interval '20 days'",
        "now": "now()",
        "true": "true",
        "false": "false",
        "empty": "''::bytea",
    },
    "sqlite": {
        "digest": "lower(hex(randomblob(32)))",
        "uuid": "lower(hex(randomblob(16)))",
        "later": "datetime('now', '+20 days')",
        "now": "datetime('now')",
        "true": "1",
        "false": "0",
        "empty": "x''",
    },
}


def fill(variables: Mapping[str, str]) -> None:
    """Put them into the database that a provider's environment names, once it has its tables."""
    if path := variables.get("SQLITE_PATH"):
        with sqlite3.connect(path) as file:
            file.execute("PRAGMA cache_size = -1000000")  # KiB
            for statement in _statements("sqlite"):
                file.execute(statement)
        file.execute("ANALYZE")
        file.close()
        return
    address = make_dsn(
        host=variables["DATABASE_HOST"],
        port=variables["DATABASE_PORT"],
        dbname=variables["DATABASE_NAME"],
        user=variables["DATABASE_USER"],
        password=variables["DATABASE_PASSWORD"],
    )
    # Checks no foreign key of a million rows that are right.
    trusting = "SET session_replication_role = replica"
    execute(address, trusting, *_statements("postgresql"), "VACUUM ANALYZE")


def _statements(kind: str) -> list[str]:
    words = _WORDS[kind]
    users = _NUMBERS[kind].format(count=USERS)
    tokens = _NUMBERS[kind].format(count=TOKENS)

    def digest(what: str) -> str:
        return words["digest"].format(what=what)

    return [
        f"""
        INSERT INTO accounts_user (sub, username, name, email, password, is_active, is_superuser,
            date_joined, configured_password)
        SELECT 'filled-' || n, 'filled-' || n, 'Filled User ' || n,
            'filled-' || n || '@example.com', '!', {words["true"]}, {words["false"]},
            {words["now"]}, ''
        FROM {users}
        """,
        f"""
        INSERT INTO oidc_provider_token (client_id, user_id, access_token, refresh_token,
            expires_at, _scope, _id_token)
        SELECT (SELECT min(id) FROM oidc_provider_client), first.id + n % {USERS},
            {digest("'access' || n")}, {digest("'refresh' || n")}, {words["later"]},
            'openid profile email', ''
        FROM {tokens}, (SELECT min(id) AS id FROM accounts_user WHERE sub LIKE 'filled-%') AS first
        """,
        f"""
        INSERT INTO provider_grant (id, client_id, user_id, session, authenticated_at,
            redirect_uri, scope, claims, code, code_used_at, token_id, refresh, previous_refresh,
            salt, expires_at)
        SELECT {words["uuid"]}, client_id, user_id, {digest("'session' || user_id")},
            {words["now"]}, 'http://127.0.0.1/auth/oidc.callback', _scope, '{{}}',
            {digest("'code' || id")}, {words["now"]}, id, refresh_token, '', {words["empty"]},
            {words["later"]}
        FROM oidc_provider_token
        """,
    ]
