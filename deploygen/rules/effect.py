"""Keys that something else has to be set for."""

from collections.abc import Iterator

from deploygen.language import _
from deploygen.rules.common import Warned, Warner
from deploygen.settings import SETTINGS, Config, Setting


def _has_an_effect(config: Config) -> Iterator[Warned]:
    for setting in SETTINGS:
        wanted = _wanted(setting, config)
        if wanted is None:
            continue
        for key in _set_keys(setting, config):
            yield key, _("it has no effect without {wanted}", wanted=wanted)


def _wanted(setting: Setting, config: Config) -> str | None:
    """Return what a key has an effect with alone, if that is not so."""
    if setting.group == "mail":
        return "SMTP_HOST" if config.smtp_host is None else None
    if setting.group == "certificate" and config.tls != "acme":
        # acme-companion beside nginx-proxy is given it too.
        is_told = setting.name == "ACME_EMAIL" and config.outer_proxy == "nginx-proxy"
        return None if is_told else "TLS=acme"
    if setting.name in {"TLS_CERT_FILE", "TLS_KEY_FILE"} and config.tls != "files":
        return "TLS=files"
    return None


def _set_keys(setting: Setting, config: Config) -> list[str]:
    """Return the keys of a setting that have another value than it has by default."""
    value = getattr(config, setting.name.lower())
    if setting.prefix:
        return [f"{setting.name}_{name}" for name in value]
    return [] if value == setting.kind.parse(setting.default or "") else [setting.name]


WARNINGS: tuple[Warner, ...] = (_has_an_effect,)
