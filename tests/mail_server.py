"""A mail server for tests, which takes mail from whoever has signed in."""

from __future__ import annotations

import hmac
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

MECHANISMS = frozenset({"PLAIN", "LOGIN", "CRAM-MD5"})
_CHALLENGE = b"<1896.697170952@mail.example.com>"  # of RFC 2195's example


@contextmanager
def mail_server(
    host: str,
    port: int,
    login: tuple[str, str],
    *,
    tls: ssl.SSLContext | None = None,
    starttls: bool = False,
    mechanisms: frozenset[str] = MECHANISMS,
) -> Iterator[list[Message]]:
    """Listen for mail, and give the list that it gets into.

    ``login`` is the one name and password by which it is taken. With ``tls`` the connection begins
    with it, or comes to it by STARTTLS, before which nobody can sign in.
    """
    mails: list[Message] = []
    controller = Controller(
        _Handler(mails, LoginPassword(*(text.encode() for text in login))),
        hostname=host,
        port=port,
        ssl_context=None if starttls else tls,
        tls_context=tls if starttls else None,
        authenticator=_judge,
        auth_require_tls=starttls,
        auth_exclude_mechanism=MECHANISMS - mechanisms,
    )
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


def correspondent(mail: Message, header: str) -> tuple[str, str]:
    """Return the name and the address in a header."""
    # Python's newer classes for headers see spaces between the parts of an encoded name.
    name, address = parseaddr(mail[header])
    return str(make_header(decode_header(name))), address


class _Handler:
    """Hooks by the names that aiosmtpd gives them."""

    def __init__(self, mails: list[Message], login: LoginPassword) -> None:
        self._mails = mails
        self.login = login

    async def auth_CRAM__MD5(self, server: SMTP, _words: list[str]) -> AuthResult:  # noqa: N802
        """RFC 2195, section 2."""
        answer = await server.challenge_auth(_CHALLENGE)
        digest = hmac.new(self.login.password, _CHALLENGE, "md5").hexdigest().encode()
        good = answer == self.login.login + b" " + digest
        return AuthResult(success=good, handled=False)

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert session.authenticated
        assert isinstance(envelope.content, bytes)
        self._mails.append(message_from_bytes(envelope.content))
        return "250 OK"


def _judge(
    server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
) -> AuthResult:
    return AuthResult(success=given == server.event_handler.login, handled=False)
