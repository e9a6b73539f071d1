"""Keys that something else has to be set for."""

from collections.abc import Iterator

from deploygen.language import _, either
from deploygen.rules.common import Warned, Warner
from deploygen.settings import SETTINGS, Config, Setting


def _has_an_effect(config: Config) -> Iterator[Warned]:
    for setting in SETTINGS:
        if not setting.counts_with or any(
            item.stands(getattr(config, item.key.lower())) for item in setting.counts_with
        ):
            continue
        wanted = either([str(item) for item in setting.counts_with])
        for key in _set_keys(setting, config):
            yield key, _("it has no effect without {wanted}", wanted=wanted)


def _set_keys(setting: Setting, config: Config) -> list[str]:
    """Return the keys of a setting that have another value than it has by default."""
    value = getattr(config, setting.name.lower())
    if setting.prefix:
        return [f"{setting.name}_{name}" for name in value]
    return [] if value == setting.kind.parse(setting.default or "") else [setting.name]


WARNINGS: tuple[Warner, ...] = (_has_an_effect,)
