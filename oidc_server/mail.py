"""Mail by a server where one signs in with any characters.

smtplib would have name and password in ASCII (python/cpython#73936); servers take them in UTF-8
(RFC 4616, section 2).
"""

import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail.backends import smtp


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPOverTLS if self.use_ssl else _SMTP


class _InUTF8(str):
    """Text that is encoded in UTF-8, whatever encoding is asked for."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:  # noqa: ARG002
        return super().encode("utf-8", errors)


class _SMTP(smtplib.SMTP):
    def login(self, user: str, password: str, **options: Any) -> Any:
        return super().login(user, _InUTF8(password), **options)

    def auth(self, mechanism: str, authobject: Callable[..., Any], **options: Any) -> Any:
        def encodable(challenge: bytes | None = None) -> Any:
            answer = authobject(challenge)
            return None if answer is None else _InUTF8(answer)

        return super().auth(mechanism, encodable, **options)


class _SMTPOverTLS(_SMTP, smtplib.SMTP_SSL):
    pass
