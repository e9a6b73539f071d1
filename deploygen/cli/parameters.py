"""What several verbs take, and what a shell completes there."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from deploygen.language import _
from deploygen.settings import SETTINGS, Setting, named

FOLDER = click.argument(
    "folder",
    metavar="[DIR]",
    default=".",
    type=click.Path(file_okay=False, path_type=Path),
)
OVERWRITE = click.option(
    "--overwrite",
    is_flag=True,
    help=_("Replace generated files that were edited by hand, and files in their place."),
)
JSON = click.option("--json", "as_json", is_flag=True, help=_("Print JSON, for scripts."))


def complete_key(
    _context: click.Context, _parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Complete a KEY."""
    return [_item(setting.name, setting) for setting in _beginning_with(begun)]


def complete_assignment(
    _context: click.Context, _parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Complete a KEY=VALUE: first the key, then its value if there are few."""
    key, equals, value = begun.partition("=")
    if equals:
        return [CompletionItem(f"{key}={choice}") for choice in _choices(key, value)]
    return [_item(f"{setting.name}=", setting) for setting in _beginning_with(begun)]


def _choices(key: str, begun: str) -> list[str]:
    """Return the values of ``key`` that begin so, if its values are few."""
    setting = named(key)
    return [item for item in setting.kind.choices if item.startswith(begun)] if setting else []


def _beginning_with(begun: str) -> list[Setting]:
    return [item for item in SETTINGS if not item.prefix and item.name.startswith(begun.upper())]


def _item(value: str, setting: Setting) -> CompletionItem:
    return CompletionItem(value, help=_(setting.doc).splitlines()[0])
