"""What each key amounts to: what the file says, the default, or what follows from other keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deploygen import config, secrets, shellconf, topology
from deploygen.addresses import EVERY_ADDRESS
from deploygen.errors import ConfigInvalid, UserError
from deploygen.language import _, clauses
from deploygen.layout import FILE_NAME
from deploygen.settings import SETTINGS, Config, Setting, named
from deploygen.shown import spelled

Source = Literal["set", "default", "derived", "missing"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A key and what it amounts to.

    Its ``source`` is the file (set), the declaration (default), or other keys (derived). A secret
    is missing until it is made.
    """

    key: str
    value: str
    source: Source
    confidential: bool


def entries(text: str, folder: Path) -> list[Entry]:
    """Return every key of the folder's config.sh ``text``, in the order of the declaration.

    Raises ConfigInvalid if something is wrong with it: then it amounts to nothing.
    """
    derived = _derived(text, folder)
    document = shellconf.parse(text)
    found, secret_values = config.present(document), config.secret_values(document)
    listed = []
    for setting in SETTINGS:
        passed_on = [key for key in found if named(key) is setting]
        keys = passed_on if setting.prefix else [setting.name]
        listed += [_entry(key, setting, shellconf.value_of(found, key), derived) for key in keys]
    return [
        replace(
            item,
            key=spelled(item.key),
            confidential=item.confidential or item.value in secret_values,
        )
        for item in listed
    ]


def get(text: str, folder: Path, key: str) -> str:
    """Return what ``key`` amounts to.

    Raises UserError for a key that there is not, and ConfigInvalid where that can't be told: what
    the file says can be, whatever is wrong with other keys.
    """
    name = config.present_name(key)
    setting = named(name)
    if setting is None:
        wrong = _("there is no key {key}", key=spelled(key))
        raise UserError(clauses(wrong, config.meant(key), config.where_listed()))
    document = shellconf.parse(text)
    if document.problems:
        raise ConfigInvalid(FILE_NAME, config.not_read(document))
    found = config.present(document)
    value = shellconf.value_of(found, name)
    return value or _entry(name, setting, "", _derived(text, folder)).value


def _entry(key: str, setting: Setting, value: str, derived: dict[str, str]) -> Entry:
    source: Source = "set"
    if value in {"", setting.default}:
        value, source = setting.default or "", "default"
    if not value and derived.get(key):
        value, source = derived[key], "derived"
    elif not value and setting.secret:
        source = "missing"
    return Entry(key=key, value=value, source=source, confidential=setting.confidential)


def _derived(text: str, folder: Path) -> dict[str, str]:
    """Return what an empty value of a key means, where that follows from other keys."""
    from deploygen.generate import write  # noqa: PLC0415 - completing a key needs no templates

    filled = secrets.fill(text, folder, fresh=not write.has_written(folder))
    loaded = config.load(filled, folder)
    where = topology.of(loaded)
    http, https = _ports(loaded, where)
    ip = next((item.ip or EVERY_ADDRESS for item in where.published), "")
    trusted = where.trusted
    believed = (
        *(["host"] if trusted.host else []),
        *(["network"] if trusted.network else []),
        *trusted.networks,
    )
    return {
        "OIDC_URL": str(where.oidc_url) if where.admin_url else "",
        "HTTP_IP": ip,
        "HTTP_PORT": http,
        "HTTPS_PORT": https,
        "TRUSTED_PROXIES": ",".join(believed) or "none",
        "ACME_DOMAINS": ",".join(where.acme.domains) if where.acme else "",
        "AWS_S3_UPLOAD_BUCKET_URL": str(where.bucket.origin) if where.bucket else "",
        "COMPOSE_PROJECT_NAME": loaded.compose_project_name,
    }


def _ports(loaded: Config, where: topology.Topology) -> tuple[str, str]:
    """Return the published ports for http and https, each empty where there is none."""
    entrances = {listener.port for listener in where.outward}
    main = next((str(i.port) for i in where.published if i.container_port in entrances), "")
    rest = next((str(i.port) for i in where.published if i.container_port not in entrances), "")
    return (rest, main) if loaded.gateway_ends_tls else (main, "")
