"""The mail server."""

from collections.abc import Iterator

from deploygen.addresses import is_loopback
from deploygen.language import _
from deploygen.rules.common import Conflict, Rule, Warned, Warner
from deploygen.settings import Config

_TLS_AT_ONCE = 465  # RFC 8314, section 3.3
_TLS_LATER = (25, 587)


def _mail_has_a_sender(config: Config) -> Iterator[Conflict]:
    # Of Outline's server/emails/templates/BaseEmail.tsx.
    if config.smtp_host and not config.smtp_from_email:
        yield (
            "SMTP_FROM_EMAIL",
            _("it has no value, and Outline sends no mail without a sender"),
            _("accepted with SMTP_HOST is an address like wiki@example.com"),
            None,
        )


def _login_is_whole(config: Config) -> Iterator[Conflict]:
    halves = {"SMTP_USERNAME": config.smtp_username, "SMTP_PASSWORD": config.smtp_password}
    missing = [key for key, value in halves.items() if not value]
    if config.smtp_host and len(missing) == 1:
        yield (
            missing[0],
            _("it has no value, but its other half has"),
            _(
                "accepted are both or neither of {one} and {other}",
                one="SMTP_USERNAME",
                other="SMTP_PASSWORD",
            ),
            _("set {key} in config.sh, or empty the other", key=missing[0]),
        )


def _mail_server_is_reached_from_inside(config: Config) -> Iterator[Conflict]:
    if config.smtp_host and is_loopback(config.smtp_host):
        yield (
            "SMTP_HOST",
            _(
                "{host} is the wiki's own container to the wiki, where no mail server is",
                host=config.smtp_host,
            ),
            _("accepted is a host that is reached from there"),
            _("use the machine's name or address in the network"),
        )


# --- What works, but may not be meant


def _tls_begins_when_the_port_has_it(config: Config) -> Iterator[Warned]:
    if not config.smtp_host:
        return
    if config.smtp_secure and config.smtp_port in _TLS_LATER:
        yield (
            "SMTP_SECURE",
            _(
                "at port {port} TLS begins once connected, as a rule: set it to false there",
                port=config.smtp_port,
            ),
        )
    if not config.smtp_secure and config.smtp_port == _TLS_AT_ONCE:
        yield (
            "SMTP_SECURE",
            _(
                "at port {port} TLS begins with the connection, as a rule: set it to true there",
                port=_TLS_AT_ONCE,
            ),
        )


RULES: tuple[Rule, ...] = (
    _mail_has_a_sender,
    _login_is_whole,
    _mail_server_is_reached_from_inside,
)
WARNINGS: tuple[Warner, ...] = (_tls_begins_when_the_port_has_it,)
