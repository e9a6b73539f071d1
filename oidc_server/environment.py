"""Everything the provider reads from its environment, as two frozen values.

`read_server` is what serving needs, `read_bootstrap` what the one-shot needs besides; a container
that only serves never has to be told the administrator's password.
"""

import ipaddress
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf.global_settings import LANGUAGES

from oidc_server.variables import Reader

SERVER_NAMES = (
    "SITE_URL",
    "WIKI_URL",
    "WIKI_NAME",
    "SECRET_KEY",
    "ENCRYPTION_KEY",
    "PRIVATE_HOSTS",
    "DATABASE_HOST",
    "DATABASE_PORT",
    "DATABASE_NAME",
    "DATABASE_USER",
    "DATABASE_PASSWORD",
    "SQLITE_PATH",
    "DEPLOYMENT_NAME",
    "TIME_ZONE",
    "LANGUAGE_CODE",
    "REFRESH_TOKEN_DAYS",
    "AUDIT_DAYS",
    "METRICS_PORT",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_SECURE",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
    "SMTP_FROM_EMAIL",
    "DEBUG",
)
BOOTSTRAP_NAMES = (
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "ADMIN_USERNAME",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
)

# Outline's and Django's names of the same languages differ where one has two scripts.
_LANGUAGE_ALIASES = {"zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}
_LANGUAGES = {code for code, _name in LANGUAGES} | {"en-us"}
_MIN_SECRET_KEY = 32
_MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class PostgreSQL:
    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SQLite:
    path: Path


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The mail server; `secure` tells whether TLS begins with the connection."""

    host: str
    port: int
    secure: bool
    username: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True, kw_only=True)
class ServerEnvironment:
    """What serving needs; origins have no trailing slash, hosts no port. No metrics at port 0.

    `site_url` is the provider's own origin, which may be another one than the wiki's.
    """

    site_url: str
    wiki_url: str
    wiki_name: str
    secret_key: str = field(repr=False)
    encryption_key: bytes = field(repr=False)
    private_hosts: tuple[str, ...]
    database: PostgreSQL | SQLite
    mail: Mail | None
    deployment_name: str
    time_zone: str
    language_code: str
    refresh_token_days: int
    audit_days: int
    metrics_port: int
    debug: bool

    @property
    def site_host(self) -> str:
        """As in a Host header, where an IPv6 address has brackets."""
        host = _host(self.site_url)
        return f"[{host}]" if ":" in host else host

    @property
    def https(self) -> bool:
        return self.site_url.startswith("https://")


@dataclass(frozen=True, kw_only=True)
class BootstrapEnvironment:
    """What the one-shot makes or keeps in line with the configuration."""

    client_id: str
    client_secret: str = field(repr=False)
    admin_username: str
    admin_email: str
    admin_password: str = field(repr=False)


def read_server(variables: Mapping[str, str]) -> ServerEnvironment:
    """Raises `EnvironmentProblems` with every problem of the serving part."""
    reader = Reader(variables)
    environment = _server(reader)
    reader.finish()
    return environment


def read_bootstrap(variables: Mapping[str, str]) -> BootstrapEnvironment:
    """Raises `EnvironmentProblems` with every problem of both parts: bootstrap needs both."""
    reader = Reader(variables)
    _server(reader)
    environment = _bootstrap(reader)
    reader.finish()
    return environment


def _server(reader: Reader) -> ServerEnvironment:
    site_url = reader.origin("SITE_URL")
    debug = reader.flag("DEBUG")
    if debug and site_url and not _is_loopback(_host(site_url)):
        reader.problem(
            "DEBUG", "shows code and settings to visitors; only allowed when SITE_URL is loopback"
        )
    secret_key = reader.required("SECRET_KEY")
    if 0 < len(secret_key) < _MIN_SECRET_KEY:
        reader.problem("SECRET_KEY", f"is too short; use {_MIN_SECRET_KEY} random characters")
    deployment_name = reader.required("DEPLOYMENT_NAME")
    if deployment_name and not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", deployment_name):
        reader.problem(
            "DEPLOYMENT_NAME", "names cookies; use lower case letters, digits, - and _ only"
        )
    return ServerEnvironment(
        site_url=site_url,
        wiki_url=reader.origin("WIKI_URL"),
        wiki_name=reader.required("WIKI_NAME"),
        secret_key=secret_key,
        encryption_key=_encryption_key(reader),
        private_hosts=_private_hosts(reader),
        database=_database(reader),
        mail=_mail(reader),
        deployment_name=deployment_name,
        time_zone=_time_zone(reader),
        language_code=_language(reader),
        refresh_token_days=_days(reader, "REFRESH_TOKEN_DAYS", "30"),
        audit_days=_days(reader, "AUDIT_DAYS", "365"),
        metrics_port=_port(reader, "METRICS_PORT", "0", least=0),
        debug=debug,
    )


def _bootstrap(reader: Reader) -> BootstrapEnvironment:
    admin_email = reader.required("ADMIN_EMAIL")
    if admin_email and not re.fullmatch(r"[^@\s]+@[^@\s]+", admin_email):
        reader.problem("ADMIN_EMAIL", "is no e-mail address; use one as in admin@example.com")
    admin_username = reader.required("ADMIN_USERNAME")
    if admin_username and not re.fullmatch(r"[\w.+-]{1,150}", admin_username):
        reader.problem("ADMIN_USERNAME", "may hold letters, digits and . + - _ only")
    return BootstrapEnvironment(
        client_id=reader.required("OIDC_CLIENT_ID"),
        client_secret=reader.required("OIDC_CLIENT_SECRET"),
        admin_username=admin_username,
        admin_email=admin_email,
        admin_password=reader.required("ADMIN_PASSWORD"),
    )


def _encryption_key(reader: Reader) -> bytes:
    text = reader.required("ENCRYPTION_KEY")
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text)
    if text:
        reader.problem(
            "ENCRYPTION_KEY", "is no key; use 64 hex digits, as `openssl rand -hex 32` prints them"
        )
    return b""


def _private_hosts(reader: Reader) -> tuple[str, ...]:
    hosts = tuple(
        host.strip().lower() for host in reader.optional("PRIVATE_HOSTS").split(",") if host.strip()
    )
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", host):
            reader.problem(
                "PRIVATE_HOSTS", "is a comma separated list of exact host names, without * or port"
            )
            break
    return hosts


def _database(reader: Reader) -> PostgreSQL | SQLite:
    path = reader.optional("SQLITE_PATH")
    given = [
        name for name in SERVER_NAMES if name.startswith("DATABASE_") and reader.optional(name)
    ]
    if path:
        if given:
            reader.problem(
                "SQLITE_PATH", f"is given beside {', '.join(given)}; keep one of the two"
            )
        return SQLite(path=Path(path))
    if not given:
        reader.problem("DATABASE_HOST", "is missing; name a PostgreSQL server, or set SQLITE_PATH")
        return SQLite(path=Path())
    return PostgreSQL(
        host=reader.required("DATABASE_HOST"),
        port=_port(reader, "DATABASE_PORT", "5432"),
        name=reader.required("DATABASE_NAME"),
        user=reader.required("DATABASE_USER"),
        password=reader.required("DATABASE_PASSWORD"),
    )


def _mail(reader: Reader) -> Mail | None:
    host = reader.optional("SMTP_HOST")
    if not host:
        return None
    return Mail(
        host=host,
        port=_port(reader, "SMTP_PORT", "465"),
        secure=reader.flag("SMTP_SECURE"),
        username=reader.optional("SMTP_USERNAME"),
        password=reader.optional("SMTP_PASSWORD"),
        sender=reader.required("SMTP_FROM_EMAIL"),
    )


def _port(reader: Reader, name: str, default: str, least: int = 1) -> int:
    port = reader.optional(name, default)
    if not (port.isascii() and port.isdigit() and least <= int(port) < 2**16):
        reader.problem(name, f"is no port; use a number from {least} to 65535")
        return 0
    return int(port)


def _days(reader: Reader, name: str, default: str) -> int:
    days = reader.optional(name, default)
    if not (re.fullmatch(r"[0-9]{1,4}", days) and 0 < int(days) <= _MOST_DAYS):
        reader.problem(name, f"is no number of days; use one from 1 to {_MOST_DAYS}")
        return 1
    return int(days)


def _time_zone(reader: Reader) -> str:
    name = reader.optional("TIME_ZONE", "UTC")
    if name == "UTC":  # needs no time zone database
        return name
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        reader.problem("TIME_ZONE", "is no known time zone; use a name such as Europe/Berlin")
    return name


def _language(reader: Reader) -> str:
    """Django's code for what may be Outline's (`en_US`, `zh_CN`)."""
    code = reader.optional("LANGUAGE_CODE", "en").lower().replace("_", "-")
    for candidate in (code, _LANGUAGE_ALIASES.get(code, ""), code.split("-")[0]):
        if candidate in _LANGUAGES:
            return candidate
    reader.problem("LANGUAGE_CODE", "is no known language; use a code such as en, de or zh-hans")
    return "en"


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
