"""From the text of a config.sh to a :class:`Config`, or to every problem it has at once."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from deploygen import shellconf
from deploygen.errors import ConfigInvalid, Problem
from deploygen.settings import BY_NAME, SETTINGS, Config, Setting

FILE_NAME = "config.sh"
_OLD_NAMES = {old: setting.name for setting in SETTINGS for old in setting.old_names}


def load(text: str, file: str = FILE_NAME) -> Config:
    """Read a config.sh.

    Raises ConfigInvalid with all problems: of syntax, of single values and between keys.
    """
    document = shellconf.parse(text)
    problems = list(document.problems)
    found = {_OLD_NAMES.get(item.key, item.key): item for item in shellconf.values(document)}
    problems += [_unknown(item) for name, item in found.items() if name not in BY_NAME]
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        assignment = found.get(setting.name)
        try:
            values[setting.name.lower()] = _value(setting, assignment)
        except ValueError as error:
            problems.append(_wrong_value(setting, assignment, str(error)))
    lines = {name: item.line for name, item in found.items()}
    if not problems:
        problems += conflicts(Config(**values), lines)
    if problems:
        raise ConfigInvalid(file, problems)
    return Config(**values)


def _value(setting: Setting, assignment: shellconf.Assignment | None) -> Any:
    raw = assignment.value if assignment else ""
    if not raw:
        raw = setting.default or ""
    if not raw and (setting.default is None or setting.secret):
        raise ValueError("it has no value")
    return setting.kind.parse(raw)


def _wrong_value(
    setting: Setting, assignment: shellconf.Assignment | None, reason: str
) -> Problem:
    if assignment and assignment.value and not setting.secret:
        wrong = f"{assignment.value!r} is not right: {reason}"
    else:
        wrong = reason
    remedy = f"set {setting.name} in config.sh, or pass --set {setting.name}=…"
    return Problem(
        line=assignment.line if assignment else None,
        key=setting.name,
        wrong=wrong,
        accepted=f"accepted is {setting.kind.accepts}",
        remedy="run `deploygen init`, which makes it" if setting.secret else remedy,
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
            f"the gateway would be published on port {config.http_port}, "
            f"but the URL's port is {config.url.port}",
            f"accepted is empty, or {config.url.port}",
            "leave HTTP_PORT empty, or change the port in URL",
        )
    if not config.url.is_ip_address or config.url.is_loopback:
        return
    if config.http_ip not in (None, "0.0.0.0", config.url.host):  # noqa: S104 - compared, not bound
        yield (
            "HTTP_IP",
            f"the URL is at {config.url.host}, which a gateway on {config.http_ip} does not answer",
            f"accepted is empty, 0.0.0.0 or {config.url.host}",
            "leave HTTP_IP empty",
        )


def _bucket_not_in_host(config: Config) -> Iterator[Conflict]:
    # Outline takes a URL whose host contains the bucket's name for a virtual-host style one
    # (server/storage/files/S3Storage.ts).
    bucket = config.aws_s3_upload_bucket_name
    if config.file_storage == "minio" and bucket in config.url.host:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            f"the URL's host contains {bucket!r}, so Outline would take the host for the bucket's",
            "accepted is a name that the host does not contain",
            "choose another bucket name (before there are uploads)",
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
    _bucket_not_in_host,
    _bucket_reachable_from_inside,
)


def conflicts(config: Config, lines: dict[str, int]) -> list[Problem]:
    """Return what is wrong between the keys of a Config whose single values are right."""
    return [
        Problem(line=lines.get(key), key=key, wrong=wrong, accepted=accepted, remedy=remedy)
        for rule in RULES
        for key, wrong, accepted, remedy in rule(config)
    ]
