"""The settings a running provider has."""

# ruff: noqa: F403 - Django's settings are one flat module; each component is a part of it
from oidc_server.settings.apps import *
from oidc_server.settings.audit import *
from oidc_server.settings.database import *
from oidc_server.settings.language import *
from oidc_server.settings.logging import *
from oidc_server.settings.mail import *
from oidc_server.settings.provider import *
from oidc_server.settings.security import *
from oidc_server.settings.static import *
