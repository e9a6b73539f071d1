"""Static files: collected and hashed into the image, or found in the packages in a checkout.
Needs no environment, so the image build can use it.
"""

from pathlib import Path

COLLECTED = Path(__file__).resolve().parents[2] / "staticfiles"
_COLLECTED_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_FOUND_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
_is_collected = (COLLECTED / "staticfiles.json").is_file()

STATIC_URL = "/uc/static/"
STATIC_ROOT = str(COLLECTED) if _is_collected else None
WHITENOISE_USE_FINDERS = not _is_collected
WHITENOISE_ALLOW_ALL_ORIGINS = False  # by its default any site may read them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is uploaded
    "staticfiles": {"BACKEND": _COLLECTED_STORAGE if _is_collected else _FOUND_STORAGE},
}
