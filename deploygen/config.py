"""From the text of a config.sh to a :class:`Config`, or to every problem it has at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, cast

from deploygen import shellconf, topology
from deploygen.errors import ConfigInvalid, Problem
from deploygen.kinds import EVERY_ADDRESS, LOOPBACK
from deploygen.settings import BY_NAME, SETTINGS, Config, Setting

FILE_NAME = "config.sh"
# Of Outline's server/services/web.ts, server/routes/index.ts, app/routes and public.
# fmt: off
_OUTLINE_PATHS = frozenset({
    "api", "archive", "auth", "collaboration", "collection", "create", "desktop-redirect",
    "doc", "drafts", "email", "embeds", "fonts", "home", "images", "locales", "logout", "mcp",
    "oauth", "realtime", "search", "settings", "static", "trash",
})
# fmt: on
_NAMED_PARTS = ("gateway", "outline", "oidc", "minio")
_NEWEST_POSTGRES = 17
_PASSWORD_IN_URL = re.compile(r"//.*@", re.DOTALL)
_OLD_NAMES = {old: setting.name for setting in SETTINGS for old in setting.old_names}


def load(text: str, file: str = FILE_NAME) -> Config:
    """Read a config.sh.

    Raises ConfigInvalid with all problems: of syntax, of single values and between keys.
    """
    document = shellconf.parse(text)
    problems = list(document.problems)
    found = _by_present_name(document)
    problems += [_unknown(item) for name, item in found.items() if name not in BY_NAME]
    not_understood = {problem.key for problem in problems}
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in not_understood:
            continue
        assignment = found.get(setting.name)
        try:
            values[setting.name.lower()] = _value(setting, assignment)
        except ValueError as error:
            problems.append(_wrong_value(setting, assignment, str(error)))
    lines = {name: item.line for name, item in found.items()}
    problems += conflicts(cast("Config", _Partial(values)), lines)
    if problems:
        raise ConfigInvalid(file, problems)
    return Config(**values)


class _Unread(Exception):  # noqa: N818 - a signal inside this module
    """A rule asks for a key whose value is wrong; its own problem has been reported."""


class _Partial:
    """The values that could be read, for rules between keys to judge all the same."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        if name not in self._values:
            raise _Unread
        return self._values[name]


def _by_present_name(document: shellconf.Document) -> dict[str, shellconf.Assignment]:
    """Return the assignment of each key; one under an old name yields to one with a value."""
    found: dict[str, shellconf.Assignment] = {}
    for item in shellconf.values(document):
        name = _OLD_NAMES.get(item.key, item.key)
        if name not in found or not found[name].value or (item.key == name and item.value):
            found[name] = item
    return found


def _value(setting: Setting, assignment: shellconf.Assignment | None) -> Any:
    raw = assignment.value if assignment else ""
    if not raw:
        raw = setting.default or ""
    if not raw and (setting.default is None or setting.secret):
        raise ValueError("it has no value")
    return setting.kind.parse(raw)


def _wrong_value(setting: Setting, assignment: shellconf.Assignment | None, reason: str) -> Problem:
    if assignment and assignment.value and not setting.secret:
        wrong = f"{_PASSWORD_IN_URL.sub('//…@', assignment.value)!r} is not right: {reason}"
    else:
        wrong = reason
    remedy = f"set {setting.name} in config.sh, or pass --set {setting.name}=…"
    if setting.secret:
        remedy = "correct it, or empty it and run `deploygen init`, which makes a new one"
    if setting.irreplaceable:
        remedy = "put back the value that it had: data can't be read or found by another"
    return Problem(
        line=assignment.line if assignment else None,
        key=setting.name,
        wrong=wrong,
        accepted=f"accepted is {setting.kind.accepts}",
        remedy=remedy,
    )


def _unknown(assignment: shellconf.Assignment) -> Problem:
    close = get_close_matches(assignment.key.upper(), [*BY_NAME, *_OLD_NAMES], n=1)
    return Problem(
        line=assignment.line,
        key=assignment.key,
        wrong="there is no such key",
        accepted=f"did you mean {_OLD_NAMES.get(close[0], close[0])}?" if close else "",
        remedy="correct or remove the line; config.sh.example lists every key",
    )


# --- Rules between keys: each yields what is wrong, what is accepted and what to do.

Conflict = tuple[str, str, str, str]


def _scheme_and_tls(config: Config) -> Iterator[Conflict]:
    if config.tls == "off" and config.url.scheme == "https":
        yield (
            "URL",
            "it is https, but TLS=off means that nobody ends TLS",
            "accepted is an http URL with TLS=off, an https one with TLS=proxy",
            "set TLS=proxy and put a web server with a certificate in front, or use http",
        )
    if config.tls == "proxy" and config.url.scheme == "http":
        yield (
            "URL",
            "it is http, but TLS=proxy means that a web server in front ends TLS",
            "accepted is an https URL with TLS=proxy",
            "write the URL with https, or set TLS=off",
        )


def _published_where_the_url_points(config: Config) -> Iterator[Conflict]:
    if config.tls != "off":
        return
    if config.http_port not in (None, config.url.port) and config.url.is_loopback:
        yield (
            "HTTP_PORT",
            f"the gateway would be at port {config.http_port}, but the URL's is {config.url.port}",
            f"accepted is empty, or {config.url.port}",
            "leave HTTP_PORT empty, or change the port in URL",
        )
    if not config.url.is_ip_address and not config.url.is_loopback:
        return  # where a name leads is not for us to know
    address = config.url.host if config.url.is_ip_address else LOOPBACK
    if config.http_ip not in (None, EVERY_ADDRESS, address):
        yield (
            "HTTP_IP",
            f"the URL is at {config.url.host}, which a gateway on {config.http_ip} does not answer",
            f"accepted is empty, {EVERY_ADDRESS} or {address}",
            "leave HTTP_IP empty",
        )


def _bucket_not_in_its_address(config: Config) -> Iterator[Conflict]:
    # Outline takes a URL that contains the bucket's name for a virtual-host style one
    # (server/storage/files/S3Storage.ts).
    bucket, uploads = config.aws_s3_upload_bucket_name, str(topology.bucket_origin(config.url))
    if config.file_storage == "minio" and bucket in uploads:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            f"uploads are at {uploads}, which Outline would take for a host of {bucket!r} alone",
            f"accepted is a name that {uploads} does not contain",
            "choose another bucket name (before there are uploads)",
        )


def _no_s3_before_the_port(config: Config) -> Iterator[Conflict]:
    # Outline makes "localhost:" of "s3:" anywhere in the storage's URL (the same file).
    if config.file_storage == "minio" and "s3:" in str(topology.bucket_origin(config.url)):
        yield (
            "URL",
            "its host ends in s3 before a port, which Outline would rewrite to localhost",
            "accepted is another host name, the default port, or FILE_STORAGE=local",
            "rename the host, leave the port out, or set FILE_STORAGE=local",
        )


def _bucket_not_a_page_of_outline(config: Config) -> Iterator[Conflict]:
    bucket = config.aws_s3_upload_bucket_name
    own_host = topology.bucket_origin(config.url).host != config.url.host
    if config.file_storage == "minio" and bucket in _OUTLINE_PATHS and not own_host:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            f"Outline has pages of its own under /{bucket}/, where the bucket would be",
            "accepted is a name that is no path of Outline's",
            "choose another bucket name (before there are uploads)",
        )


def _host_not_a_service(config: Config) -> Iterator[Conflict]:
    # The host becomes a name of the gateway on the private network, where these are taken.
    host, name = config.url.host, config.compose_project_name
    taken = {"outline", "oidc", "oidc-init", "postgres", "postgres-init", "redis"}
    taken |= {"minio", "minio-init", *(f"{name}-{part}" for part in _NAMED_PARTS)}
    if config.file_storage == "minio" and host in taken:
        yield (
            "URL",
            f"its host is {host}, which a service of the stack is called inside",
            "accepted is any other host name, or FILE_STORAGE=local",
            f"call the machine something else, say {host}.example.com, or set FILE_STORAGE=local",
        )


def _postgres_keeps_its_data_where_we_mount_it(config: Config) -> Iterator[Conflict]:
    match = re.search(r"(?:^|/)postgres:(\d+)", config.postgres_image)
    if match and int(match.group(1)) > _NEWEST_POSTGRES:
        yield (
            "POSTGRES_IMAGE",
            f"PostgreSQL {match.group(1)} keeps its data elsewhere and would start empty",
            f"accepted is PostgreSQL up to {_NEWEST_POSTGRES}",
            f"stay at {_NEWEST_POSTGRES}",
        )


def _bucket_reachable_from_inside(config: Config) -> Iterator[Conflict]:
    # An address can't be an alias on the private network, so Outline would meet whatever
    # certificate stands outside, which it has no reason to trust.
    if config.file_storage == "minio" and config.tls == "proxy" and config.url.is_ip_address:
        yield (
            "URL",
            "with https at an IP address Outline can't reach its own uploads",
            "accepted is a host name, or FILE_STORAGE=local",
            "give the machine a name, or set FILE_STORAGE=local",
        )


RULES: tuple[Callable[[Config], Iterator[Conflict]], ...] = (
    _scheme_and_tls,
    _published_where_the_url_points,
    _bucket_not_in_its_address,
    _no_s3_before_the_port,
    _bucket_not_a_page_of_outline,
    _host_not_a_service,
    _postgres_keeps_its_data_where_we_mount_it,
    _bucket_reachable_from_inside,
)


def conflicts(config: Config, lines: dict[str, int]) -> list[Problem]:
    """Return what is wrong between the keys of a Config."""
    problems: list[Problem] = []
    for rule in RULES:
        with suppress(_Unread):
            problems.extend(
                Problem(line=lines.get(key), key=key, wrong=wrong, accepted=accepted, remedy=remedy)
                for key, wrong, accepted, remedy in rule(config)
            )
    return problems
