"""The site, as gunicorn calls it."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oidc_server.settings.server")


class _Request(WSGIRequest):
    """Its text is UTF-8, whatever charset it names (RFC 6749, appendix B).

    Django believes it, and fails where Python has a codec of that name that is none for text.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, named: str | None) -> None:
        pass


class _Handler(WSGIHandler):
    request_class = _Request


django.setup(set_prefix=False)
application = _Handler()
