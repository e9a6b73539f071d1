"""What is passed on to Outline as it is."""

from collections.abc import Iterator

from deploygen import outline
from deploygen.language import _
from deploygen.rules.common import Conflict, Rule, Warned, Warner
from deploygen.settings import Config
from deploygen.shown import spelled

_PREFIX = "OUTLINE_ENV_"


def _decided() -> dict[str, str]:
    return {**outline.SET, **outline.DECIDED}


def _left_to_keys_of_ours(config: Config) -> Iterator[Conflict]:
    decided = _decided()
    for name in config.outline_env:
        variable = name if name in decided else _read_from_a_file(name)
        if variable not in decided:
            continue
        ours = decided[variable]
        yield (
            f"{_PREFIX}{name}",
            _("it follows from {key}", key=ours) if ours else _("the stack depends on it as it is"),
            _("accepted are variables that no key of ours decides"),
            _("remove the line, and set {key}", key=ours) if ours else _("remove the line"),
        )


def _read_from_a_file(name: str) -> str:
    """Return the variable that Outline reads from the file which ``name`` names, if any."""
    return name.removesuffix("_FILE")


# --- What works, but may not be meant


def _outline_reads_it(config: Config) -> Iterator[Warned]:
    for name in config.outline_env:
        # Node reads variables of its own (nodejs.org/api/cli.html).
        if outline.reads(name) or name.startswith("NODE_"):
            continue
        from difflib import get_close_matches  # noqa: PLC0415 - few mistype one

        close = get_close_matches(name.upper(), sorted(outline.KNOWN), n=1)
        meant = _decided().get(close[0], f"{_PREFIX}{close[0]}") if close else ""
        shown = spelled(f"{_PREFIX}{name}").removeprefix(_PREFIX)
        yield (
            f"{_PREFIX}{name}",
            _(
                "Outline {version} reads no variable {name}: did you mean {key}?",
                version=outline.VERSION,
                name=shown,
                key=meant,
            )
            if meant
            else _(
                "Outline {version} reads no variable {name}", version=outline.VERSION, name=shown
            ),
        )


def _no_way_past_the_provider(config: Config) -> Iterator[Warned]:
    for name in config.outline_env:
        service = outline.WAYS_IN.get(_read_from_a_file(name))
        if service:
            yield (
                f"{_PREFIX}{name}",
                _(
                    "it lets people sign in by {service} too, and whoever is turned off at the "
                    "provider of this wiki may come back that way",
                    service=service,
                ),
            )


RULES: tuple[Rule, ...] = (_left_to_keys_of_ours,)
WARNINGS: tuple[Warner, ...] = (_outline_reads_it, _no_way_past_the_provider)
