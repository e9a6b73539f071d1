"""Settings to collect static files with while an image is built, and to check types: no secrets."""

# ruff: noqa: F403 - Django's settings are one flat module; each component is a part of it
from oidc_server.settings.apps import *
from oidc_server.settings.static import *
from oidc_server.settings.static import COLLECTED

STATIC_ROOT = str(COLLECTED)
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
USE_TZ = True
