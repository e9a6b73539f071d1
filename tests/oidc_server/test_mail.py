"""Mail goes out by the mail server's own ways to sign in."""

import smtplib
from email.message import Message

import pytest
from django.core.mail import send_mail
from django.core.mail.backends import smtp

from oidc_server.mail import EmailBackend
from tests.mail_server import MECHANISMS, mail_server
from tests.oidc_server.postgresql import free_port

HOST = "127.0.0.1"
NAME = "'\"$\\ #%@:/?中 of the wiki\\"
PASSWORD = "its '\"$\\ #%@:/?中\\"


def send(
    backend: type[smtp.EmailBackend], mechanism: str, password: str = PASSWORD
) -> list[Message]:
    """Send one mail by a server that knows one way to sign in, and return what it took."""
    port = free_port()
    with mail_server(HOST, port, (NAME, PASSWORD), mechanisms=frozenset({mechanism})) as mails:
        connection = backend(host=HOST, port=port, username=NAME, password=password)
        addresses = ("wiki@example.com", ["you@example.com"])
        assert send_mail("Hello", "text", *addresses, connection=connection) == 1
    return mails


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_name_and_password_may_hold_any_characters(mechanism: str) -> None:
    (mail,) = send(EmailBackend, mechanism)

    assert mail["Subject"] == "Hello"


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_djangos_own_would_not_have_sent_it(mechanism: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        send(smtp.EmailBackend, mechanism)


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_another_password_is_refused(mechanism: str) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        send(EmailBackend, mechanism, password="another")
