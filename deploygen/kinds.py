"""What a value of config.sh can be: each kind parses the text and says what it accepts."""

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deploygen import addresses
from deploygen.language import N_, _, either, listed
from deploygen.printable import line

T = TypeVar("T")

NETWORKS_OF_DOCKER = frozenset({"bridge", "default", "host", "none"})
_LARGEST_OBJECT = 5 * 1024**4  # of S3 (Amazon S3 User Guide, "Multipart upload limits")
_MOST_IN_DISPLAY_NAME = 50  # of OIDC_DISPLAY_NAME in Outline's server/env.ts
_LEAST_IN_MINIO_SECRET = 8  # of MinIO's internal/auth/credentials.go
_TIME_ZONE = re.compile(r"[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}")
# Of Outline's shared/i18n/index.ts.
# fmt: off
_LANGUAGES = (
    "ca_ES", "cs_CZ", "de_DE", "en_GB", "en_US", "es_ES", "fa_IR", "fr_FR", "he_IL", "hu_HU",
    "it_IT", "ja_JP", "ko_KR", "nb_NO", "nl_NL", "pl_PL", "pt_BR", "pt_PT", "sv_SE", "tr_TR",
    "uk_UA", "vi_VN", "zh_CN", "zh_TW",
)
# fmt: on
# As acme.sh names them (its wiki, "Server").
_ACME_SERVERS = ("letsencrypt", "zerossl", "google", "sslcom", "actalis")
# Bytes. Containers are given the text as a variable, of which Linux takes 128 KiB (execve(2)).
_LARGEST_PEM = 100 * 1024
# Of the Filesystem Hierarchy Standard 3.0.
_SYSTEM_FOLDERS = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr",
)  # fmt: skip
TEMPORARY_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - data is kept away from them
_TOP_FOLDERS = {
    "/", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/var", "/var/lib", *TEMPORARY_FOLDERS,
}  # fmt: skip
_TEN_YEARS = 315_360_000  # seconds
_MOST_DAYS = 3650  # that the provider takes (oidc_server/environment.py)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """A way to read a value.

    ``parse`` raises ValueError, whose message says what is wrong with the value without repeating
    it; ``accepts()`` completes the sentence "accepted is …". Both are in the person's language.
    ``choices`` are all the values, if they are few. A value that ``is_path`` is completed to an
    absolute path before it is parsed: relative ones begin at config.sh's folder. An optional kind
    has in ``inner`` that of a value.
    """

    parse: Callable[[str], T]
    accepts: Callable[[], str]
    is_path: bool = False
    choices: tuple[str, ...] = ()
    inner: "Kind[Any] | None" = None

    @property
    def needed(self) -> "Kind[Any]":
        """The kind of a value that can't be left out."""
        return self.inner or self


@dataclass(frozen=True, kw_only=True)
class PemFile:
    """A file that a key names, the text that was in it, and whether any user may read it."""

    path: str
    text: str = field(repr=False)
    is_public: bool


class UnreadableError(ValueError):
    """What a value names can't be looked at by this user: the value may be right."""


def _name(raw: str) -> str:
    if len(line(raw)) > _MOST_IN_DISPLAY_NAME:
        raise ValueError(_("it is too long for Outline's sign-in page"))
    return raw


def _minio_secret(raw: str) -> str:
    if len(line(raw)) < _LEAST_IN_MINIO_SECRET:
        raise ValueError(_("it is too short for MinIO"))
    return raw


def _database_password(raw: str) -> str:
    # PostgreSQL keeps a password in the form of RFC 4013. The driver of Outline 1.9 (pg 8.20) sends
    # it as it stands.
    if not line(raw).isascii() and _prepared(raw) != raw:
        raise ValueError(_("it holds a character that PostgreSQL takes for another, like ① for 1"))
    return raw


def _prepared(text: str) -> str:
    # Few passwords need them.
    from stringprep import in_table_b1  # noqa: PLC0415
    from unicodedata import normalize  # noqa: PLC0415

    return normalize("NFKC", "".join(char for char in text if not in_table_b1(char)))


def _boolean(raw: str) -> bool:
    if raw not in {"true", "false"}:
        raise ValueError(_("it is neither true nor false"))
    return raw == "true"


def _acme_server(raw: str) -> str:
    if raw not in _ACME_SERVERS and not re.fullmatch(r"https://[^\s\"'\\$@,]+", raw):
        raise ValueError(_("it is no certificate authority that is known here, and no https URL"))
    return raw


def _pem_file(raw: str) -> PemFile:
    # What a file holds may be a secret: messages speak of its form alone.
    path = Path(raw)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a device or a pipe may never end
            raise ValueError(_("it is no file"))
        if status.st_size > _LARGEST_PEM:
            raise ValueError(_("it is too large for a PEM file"))
        content = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(_("there is no such file")) from None
    except PermissionError as error:
        raise UnreadableError(_("it can't be read ({reason})", reason=error.strerror)) from None
    except OSError as error:
        raise ValueError(_("it can't be read ({reason})", reason=error.strerror)) from None
    # What stands around PEM may be of any encoding; without its NULs even UTF-16 becomes readable,
    # and no variable of a container holds one.
    text = content.decode("utf-8", "replace").replace("\0", "")
    return PemFile(path=raw, text=text, is_public=bool(status.st_mode & stat.S_IROTH))


def _directory(raw: str) -> str:
    # POSIX lets two slashes at the start mean another thing than one; Linux does not.
    path = re.sub("^//", "/", os.path.normpath(line(raw)))
    for place in (path, os.path.realpath(path)):
        if place in _TOP_FOLDERS or Path(place).is_relative_to("/var/lib/docker"):
            raise ValueError(
                _("it is a folder that others have things in")
                if place == path
                else _("it leads, by a link, to a folder that others have things in")
            )
        if any(Path(place).is_relative_to(folder) for folder in _SYSTEM_FOLDERS):
            raise ValueError(
                _("it is a folder of the system's")
                if place == path
                else _("it leads, by a link, to a folder of the system's")
            )
    try:
        is_other = Path(path).exists() and not Path(path).is_dir()
    except PermissionError as error:
        raise UnreadableError(
            _("it can't be looked at ({reason})", reason=error.strerror)
        ) from None
    except OSError as error:
        raise ValueError(_("it can't be looked at ({reason})", reason=error.strerror)) from None
    if is_other:
        raise ValueError(_("it is no folder"))
    return path


def _network(raw: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", raw):
        raise ValueError(_("it is not a name that Docker takes"))
    if raw in NETWORKS_OF_DOCKER:
        raise ValueError(_("it is one of Docker's own, where containers have no names"))
    return raw


def _number(most: int, least: int = 0) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", raw) or not least <= int(raw) <= most:
            raise ValueError(_("it is not such a number"))
        return int(raw)

    return parse


def _size(raw: str) -> int:
    match = re.fullmatch(r"([0-9]{1,12})([kmg]?)b?", raw.lower())
    if not match or int(match.group(1)) == 0:
        raise ValueError(_("it is not a size"))
    size = int(match.group(1)) * _UNITS[match.group(2)]
    if size > _LARGEST_OBJECT:
        raise ValueError(_("it is more than S3 can hold in one file, which is 5120g"))
    return size


def _pattern(pattern: str, wrong: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if not re.fullmatch(pattern, raw):
            raise ValueError(_(wrong))
        return raw

    return parse


def _language(raw: str) -> str:
    if raw not in _LANGUAGES:
        raise ValueError(_("it is no language of Outline's"))
    return raw


def _time_zone(raw: str) -> str:
    # A machine that knows no time zones at all leaves the question to the container.
    if not _TIME_ZONE.fullmatch(raw) or (_known_here("UTC") and not _known_here(raw)):
        raise ValueError(_("it is not a time zone"))
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
            raise ValueError(_("it is none of the choices"))
        return raw

    return Kind(parse=parse, accepts=lambda: either(accepted), choices=accepted)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """Return ``kind``, or None where the value is empty."""
    return Kind(
        parse=lambda raw: kind.parse(raw) if raw else None,
        accepts=lambda: _("empty, or {accepted}", accepted=kind.accepts()),
        is_path=kind.is_path,
        choices=kind.choices,
        inner=kind,
    )


TEXT = Kind(parse=line, accepts=lambda: _("one line of text"))
NAME = Kind(
    parse=_name,
    accepts=lambda: _("one line of text, up to {most} characters", most=_MOST_IN_DISPLAY_NAME),
)
MINIO_SECRET = Kind(
    parse=_minio_secret,
    accepts=lambda: _("one line of {least} characters or more", least=_LEAST_IN_MINIO_SECRET),
)
DATABASE_PASSWORD = Kind(
    parse=_database_password,
    accepts=lambda: _("one line of text without variants of characters, like ①"),
)
ORIGIN = Kind(
    parse=addresses.read_origin,
    accepts=lambda: _("http:// or https://, a host and perhaps a :port"),
)
EMAIL = Kind(parse=addresses.read_email, accepts=lambda: _("an address like wiki@example.com"))
MAILBOX = Kind(
    parse=addresses.read_mailbox,
    accepts=lambda: _(
        "an address like wiki@example.com, or one with a name: 'Our wiki <wiki@example.com>'"
    ),
)
HOST = Kind(
    parse=addresses.read_host, accepts=lambda: _("a host name or an IP address, without a port")
)
IP = Kind(parse=addresses.read_ip, accepts=lambda: _("an IP address of this machine"))
BOOLEAN = Kind(parse=_boolean, accepts=lambda: either(("true", "false")), choices=("true", "false"))
NAMES = Kind(
    parse=addresses.read_names,
    accepts=lambda: _("host names, separated by commas; *. may stand before a name"),
)
URL = Kind(
    parse=addresses.read_url,
    accepts=lambda: _("an address that starts with https:// or http://, without a password"),
)
CLAIM = Kind(
    parse=_pattern(r"[A-Za-z0-9_.:/-]{1,100}", N_("it is not the name of a claim")),
    accepts=lambda: _("the name of a claim, like preferred_username"),
)
SCOPES = Kind(
    # RFC 6749, section 3.3; OpenID Connect Core, section 3.1.2.1.
    parse=_pattern(
        r"(?:[!#-\[\]-~]+ )*openid(?: [!#-\[\]-~]+)*", N_("it is not a list of scopes with openid")
    ),
    accepts=lambda: _("openid and more, separated by single spaces"),
)
CLIENT_ID = Kind(
    # RFC 6749, appendix A.1.
    parse=_pattern(r"[!-~]{1,255}", N_("it is not a client identifier")),
    accepts=lambda: _("up to 255 letters, digits and signs, without spaces"),
)
TRUSTED = Kind(
    parse=addresses.read_trusted,
    accepts=lambda: _(
        "addresses and networks like 192.0.2.0/24, host, network or none, separated by commas"
    ),
)
ACME_SERVER = Kind(
    parse=_acme_server,
    accepts=lambda: _(
        "one of {servers}, or the https URL of an ACME directory", servers=listed(_ACME_SERVERS)
    ),
)
PEM_FILE = Kind(
    parse=_pem_file,
    accepts=lambda: _(
        "the path of a readable PEM file of up to {size} KiB", size=_LARGEST_PEM // 1024
    ),
    is_path=True,
)
DIRECTORY = Kind(
    parse=_directory,
    accepts=lambda: _("the path of a folder that is for this data alone"),
    is_path=True,
)
SECONDS = Kind(parse=_number(_TEN_YEARS), accepts=lambda: _("a number of seconds, up to ten years"))
DAYS = Kind(
    parse=_number(_MOST_DAYS, least=1),
    accepts=lambda: _("a number from 1 to {most}", most=_MOST_DAYS),
)
NETWORK = Kind(parse=_network, accepts=lambda: _("the name of a Docker network that somebody made"))
ACME_DNS = Kind(
    parse=_pattern(r"dns_[a-z0-9_]{1,60}", N_("it is not a DNS provider of acme.sh")),
    accepts=lambda: _("a DNS provider as acme.sh names it, like dns_cf"),
)
REGION = Kind(
    parse=_pattern(r"[A-Za-z0-9-]{1,64}", N_("it is not a region")),
    accepts=lambda: _("letters, digits and hyphens, like eu-central-1"),
)
PORT = Kind(
    parse=addresses.read_port,
    accepts=lambda: _("a number from 1 to {most}", most=addresses.MAX_PORT),
)
SIZE = Kind(parse=_size, accepts=lambda: _("a number of bytes, or one with the unit k, m or g"))
PROJECT = Kind(
    parse=_pattern(
        r"[a-z0-9][a-z0-9-]{0,30}", N_("it is not a name that Docker, DNS and cookies take")
    ),
    accepts=lambda: _("up to 31 lower-case letters, digits and hyphens, a letter or digit first"),
)
USERNAME = Kind(
    parse=_pattern(r"[A-Za-z0-9.+_-]{1,150}", N_("it is not a user name")),
    accepts=lambda: _("letters, digits and . + - _"),
)
BUCKET = Kind(
    parse=_pattern(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", N_("it is not a bucket name")),
    accepts=lambda: _("3 to 63 lower-case letters, digits and hyphens"),
)
IMAGE = Kind(
    parse=_pattern(
        r"([a-z0-9][a-z0-9.-]*(:[0-9]+)?/)?[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*"
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?",
        N_("it is not an image reference"),
    ),
    accepts=lambda: _("an image reference like nginx:1.28-alpine"),
)
REGISTRY = Kind(
    parse=_pattern(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*", N_("it is not a registry address")),
    accepts=lambda: _("a registry's host, perhaps with a :port and a path, without https://"),
)
WEB_ADDRESS = Kind(
    # It ends up in docker-compose.yml and in an image's history: no places for a password.
    parse=_pattern(r"https?://[^\s\"'\\$@]+", N_("it is not a web address without a password")),
    accepts=lambda: _("an address that starts with https:// or http://, and holds no @"),
)
LANGUAGE = Kind(
    parse=_language,
    accepts=lambda: _("a language that Outline speaks: {languages}", languages=listed(_LANGUAGES)),
    choices=_LANGUAGES,
)
TIME_ZONE = Kind(
    parse=_time_zone,
    accepts=lambda: _("a name of the time zone database, like UTC or Asia/Shanghai"),
)
HEX_64 = Kind(
    parse=_pattern(r"[0-9a-f]{64}", N_("it is not 64 hexadecimal digits")),
    accepts=lambda: _("64 hexadecimal digits (0-9, a-f)"),
)
IDENTIFIER = Kind(
    parse=_pattern(r"[A-Za-z0-9_-]{3,128}", N_("it is not an identifier")),
    accepts=lambda: _("3 to 128 letters, digits, - and _"),
)
