"""What several verbs say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from deploygen.errors import Notice
from deploygen.language import _, listed, ngettext
from deploygen.layout import FILE_NAME

if TYPE_CHECKING:  # it takes templates along, and not every verb renders
    from deploygen.generate.write import Changes


def tell_warnings(warnings: Iterable[Notice]) -> None:
    for warning in warnings:
        click.echo(warning.located(FILE_NAME), err=True)


def tell_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))


def tell_changes(changes: Changes) -> None:
    if not changes.written and not changes.removed:
        click.echo(
            _("All {n} files are as config.sh has them; nothing written.", n=changes.unchanged)
        )
        return
    parts = [ngettext("{n} file written", "{n} files written", len(changes.written))]
    if changes.unchanged:
        parts.append(_("{n} unchanged", n=changes.unchanged))
    if changes.removed:
        parts.append(_("{n} no longer needed and removed", n=len(changes.removed)))
    click.echo(_("{sentence}.", sentence=listed(parts)))
