"""The tests' plain project with django-oidc-provider, on the benchmark's PostgreSQL."""

# ruff: noqa: F403, F405 - Django's settings are one flat module
import os

from tests.oidc_server.stock.settings import *

DATABASES["default"]["PORT"] = os.environ["STOCK_DATABASE_PORT"]
