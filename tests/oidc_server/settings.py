"""The real settings, read from an environment made for tests (and for the type checker).

`OIDC_TEST_DATABASE=postgresql` runs the tests on PostgreSQL; conftest.py starts the server.
"""

# ruff: noqa: F403 - Django's settings are one flat module
import os
from unittest.mock import patch

VARIABLES = {
    "SITE_URL": "http://wiki.localhost:8888",
    "WIKI_URL": "http://wiki.localhost:8888",
    "WIKI_NAME": "Test Wiki",
    "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ENCRYPTION_KEY": "0123456789abcdef" * 4,
    "PRIVATE_HOSTS": "oidc,wiki-oidc",
    "DEPLOYMENT_NAME": "wiki",
    "LANGUAGE_CODE": "en_US",
}
if os.environ.get("OIDC_TEST_DATABASE", "sqlite") == "postgresql":
    # Where the server is known once it runs.
    VARIABLES |= {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_NAME": "oidc",
        "DATABASE_USER": "oidc",
        "DATABASE_PASSWORD": "not-a-secret",
    }
else:
    VARIABLES |= {"SQLITE_PATH": "/nonexistent/tests-use-a-database-in-memory"}

# Only while it is read: other tests start programs, which must not inherit it.
with patch.dict(os.environ, VARIABLES):
    from oidc_server.settings.server import *
