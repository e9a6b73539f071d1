"""What a value of config.sh can be: each kind parses the text and says what it accepts."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

T = TypeVar("T")

MAX_PORT = 65535
LOOPBACK = "127.0.0.1"
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - the person's to choose
_LARGEST_OBJECT = 5 * 1024**4  # of S3 (Amazon S3 User Guide, "Multipart upload limits")
_MOST_IN_DISPLAY_NAME = 50  # of OIDC_DISPLAY_NAME in Outline's server/env.ts
_LEAST_IN_MINIO_SECRET = 8  # of MinIO's internal/auth/credentials.go
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_TIME_ZONE = re.compile(r"[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}")
# Of Outline's shared/i18n/index.ts.
# fmt: off
_LANGUAGES = (
    "ca_ES", "cs_CZ", "de_DE", "en_GB", "en_US", "es_ES", "fa_IR", "fr_FR", "he_IL", "hu_HU",
    "it_IT", "ja_JP", "ko_KR", "nb_NO", "nl_NL", "pl_PL", "pt_BR", "pt_PT", "sv_SE", "tr_TR",
    "uk_UA", "vi_VN", "zh_CN", "zh_TW",
)
# fmt: on
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """A way to read a value.

    ``parse`` raises ValueError, whose message says what is wrong with the value without repeating
    it; ``accepts`` completes the sentence "accepted is …".
    """

    parse: Callable[[str], T]
    accepts: str


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL, normalised (RFC 6454): lower case, port always known."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the origin as a browser writes it: without the scheme's default port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """What a client sends in its Host header."""
        default = self.port == _DEFAULT_PORTS[self.scheme]
        return self.host if default else f"{self.host}:{self.port}"

    @property
    def is_ip_address(self) -> bool:
        return bool(re.fullmatch(r"[0-9.]+", self.host))

    @property
    def is_loopback(self) -> bool:
        if self.is_ip_address:
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost" or self.host.endswith(".localhost")


def _text(raw: str) -> str:
    if any(not char.isprintable() for char in raw):
        raise ValueError("it holds a character that can't be printed")
    return raw


def _name(raw: str) -> str:
    if len(_text(raw)) > _MOST_IN_DISPLAY_NAME:
        raise ValueError("it is too long for Outline's sign-in page")
    return raw


def _minio_secret(raw: str) -> str:
    if len(_text(raw)) < _LEAST_IN_MINIO_SECRET:
        raise ValueError("it is too short for MinIO")
    return raw


def _origin(raw: str) -> Origin:
    try:
        url = urlsplit(_text(raw))
        port = url.port
    except ValueError:
        raise ValueError("it is not a URL") from None
    if url.scheme not in _DEFAULT_PORTS:
        raise ValueError("it does not start with http:// or https://")
    if url.username is not None or url.password is not None:
        raise ValueError("it holds a user name or password")
    if url.path.strip("/") or url.query or url.fragment or raw.endswith(("?", "#")):
        raise ValueError("it has something after the host, and Outline can't live under a path")
    host = url.hostname or ""
    _check_host(host)
    if port == 0:
        raise ValueError("its port is 0")
    return Origin(url.scheme, host, port or _DEFAULT_PORTS[url.scheme])


def _check_host(host: str) -> None:
    if ":" in host:
        raise ValueError("its host is an IPv6 address, which is not supported yet")
    if re.fullmatch(r"[0-9.]+", host):
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            raise ValueError("its host is not a valid IPv4 address") from None
        if address.is_unspecified:
            raise ValueError("its host is 0.0.0.0, which is no address to open in a browser")
    elif not _HOST.fullmatch(host):
        raise ValueError("its host is not a valid host name")


def _email(raw: str) -> str:
    local, _, domain = _text(raw).rpartition("@")
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", local) or local.startswith("."):
        raise ValueError("it is not an e-mail address")
    if not _HOST.fullmatch(domain.lower()) or "." not in domain:
        raise ValueError("the part after the @ is not a full domain name")
    return raw


def _ipv4(raw: str) -> str:
    try:
        return str(ipaddress.IPv4Address(raw))
    except ValueError:
        raise ValueError("it is not an IPv4 address") from None


def _port(raw: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", raw) or not 1 <= int(raw) <= MAX_PORT:
        raise ValueError("it is not a port number")
    return int(raw)


def _size(raw: str) -> int:
    match = re.fullmatch(r"([0-9]{1,12})([kmg]?)b?", raw.lower())
    if not match or int(match.group(1)) == 0:
        raise ValueError("it is not a size")
    size = int(match.group(1)) * _UNITS[match.group(2)]
    if size > _LARGEST_OBJECT:
        raise ValueError("it is more than S3 can hold in one file, which is 5120g")
    return size


def _pattern(pattern: str, wrong: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if not re.fullmatch(pattern, raw):
            raise ValueError(wrong)
        return raw

    return parse


def _language(raw: str) -> str:
    if raw not in _LANGUAGES:
        raise ValueError("it is no language of Outline's")
    return raw


def _time_zone(raw: str) -> str:
    # A machine that knows no time zones at all leaves the question to the container.
    if not _TIME_ZONE.fullmatch(raw) or (_known_here("UTC") and not _known_here(raw)):
        raise ValueError("it is not a time zone")
    return raw


def _known_here(time_zone: str) -> bool:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def choice(*accepted: str) -> Kind[str]:
    """Return the kind whose values are exactly ``accepted``."""

    def parse(raw: str) -> str:
        if raw not in accepted:
            raise ValueError("it is none of the choices")
        return raw

    return Kind(parse=parse, accepts=" or ".join(accepted))


def optional(kind: Kind[T]) -> Kind[T | None]:
    """Return ``kind``, or None where the value is empty."""
    return Kind(
        parse=lambda raw: kind.parse(raw) if raw else None, accepts=f"empty, or {kind.accepts}"
    )


TEXT = Kind(parse=_text, accepts="one line of text")
NAME = Kind(parse=_name, accepts=f"one line of text, up to {_MOST_IN_DISPLAY_NAME} characters")
MINIO_SECRET = Kind(
    parse=_minio_secret, accepts=f"one line of {_LEAST_IN_MINIO_SECRET} characters or more"
)
ORIGIN = Kind(parse=_origin, accepts="http:// or https://, a host and perhaps a :port")
EMAIL = Kind(parse=_email, accepts="an address like wiki@example.com")
IPV4 = Kind(parse=_ipv4, accepts="an IPv4 address of this machine, or 0.0.0.0 for all of them")
PORT = Kind(parse=_port, accepts=f"a number from 1 to {MAX_PORT}")
SIZE = Kind(parse=_size, accepts="a number of bytes, or one with the unit k, m or g")
PROJECT = Kind(
    parse=_pattern(
        r"[a-z0-9][a-z0-9-]{0,30}", "it is not a name that Docker, DNS and cookies take"
    ),
    accepts="up to 31 lower-case letters, digits and hyphens, a letter or digit first",
)
USERNAME = Kind(
    parse=_pattern(r"[A-Za-z0-9.+_-]{1,150}", "it is not a user name"),
    accepts="letters, digits and . + - _",
)
BUCKET = Kind(
    parse=_pattern(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "it is not a bucket name"),
    accepts="3 to 63 lower-case letters, digits and hyphens",
)
IMAGE = Kind(
    parse=_pattern(
        r"([a-z0-9][a-z0-9.-]*(:[0-9]+)?/)?[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*"
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?",
        "it is not an image reference",
    ),
    accepts="an image reference like nginx:1.28-alpine",
)
REGISTRY = Kind(
    parse=_pattern(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*", "it is not a registry address"),
    accepts="a registry's host, perhaps with a :port and a path, without https://",
)
WEB_ADDRESS = Kind(
    # It ends up in docker-compose.yml and in an image's history: no places for a password.
    parse=_pattern(r"https?://[^\s\"'\\$@]+", "it is not a web address without a password"),
    accepts="an address that starts with https:// or http://, and holds no @",
)
LANGUAGE = Kind(parse=_language, accepts=f"a language that Outline speaks: {', '.join(_LANGUAGES)}")
TIME_ZONE = Kind(
    parse=_time_zone,
    accepts="a name of the time zone database, like UTC or Asia/Shanghai",
)
HEX_64 = Kind(
    parse=_pattern(r"[0-9a-f]{64}", "it is not 64 hexadecimal digits"),
    accepts="64 hexadecimal digits (0-9, a-f)",
)
IDENTIFIER = Kind(
    parse=_pattern(r"[A-Za-z0-9_-]{3,128}", "it is not an identifier"),
    accepts="3 to 128 letters, digits, - and _",
)
