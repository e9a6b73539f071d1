"""The site, as gunicorn calls it."""

import os
from typing import Any

import django
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import UnreadablePostError

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

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        """Raises `BadRequest` where the client hangs up, which Django takes for our error."""
        try:
            return super().read(*args, **kwargs)
        except UnreadablePostError as error:
            raise BadRequest("The body breaks off") from error


class _Handler(WSGIHandler):
    request_class = _Request


django.setup(set_prefix=False)
application = _Handler()
