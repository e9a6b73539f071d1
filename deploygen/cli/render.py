"""``deploygen render``."""

from __future__ import annotations

from pathlib import Path

import click

from deploygen import folder as deployment
from deploygen.cli import refusals
from deploygen.cli.parameters import FOLDER, JSON, OVERWRITE
from deploygen.cli.telling import tell_changes, tell_json, tell_warnings
from deploygen.cli.verb import Verb
from deploygen.configfile import read
from deploygen.errors import UserError
from deploygen.language import _

_DIFFERS = 1
_NOT_COMPARED = 2  # as of diff


@click.command("render", cls=Verb)
@FOLDER
@OVERWRITE
@click.option(
    "--check",
    is_flag=True,
    help=_(
        "Write nothing; list what differs. Exit code 1 if something does, 2 if nothing could be"
        " compared."
    ),
)
@click.option("--diff", is_flag=True, help=_("The same, and show how. Secrets are left out."))
@JSON
def command(folder: Path, overwrite: bool, check: bool, diff: bool, as_json: bool) -> None:
    """Write every file of DIR again from its config.sh.

    \b
    What --check and --diff say of a file:
      missing     is not there
      outdated    is as deploygen wrote it, and config.sh says something else now
      edited      was changed by hand; is kept until --overwrite
      in the way  is yours, where one is generated; is kept until --overwrite
      mode        has other permissions
      not needed  is no longer generated, and will be removed

    \b
    Examples:
      deploygen render && docker compose up -d
      deploygen render --diff                  what would change?
      deploygen render --check --json
    """
    if check or diff:
        if overwrite:
            raise click.UsageError(_("--overwrite writes, and --check and --diff write nothing."))
        _compare(folder, diff=diff, as_json=as_json)
        return
    if as_json:
        raise click.UsageError(_("--json goes with --check or --diff."))
    text = read(folder)
    rendered = deployment.render(folder, text, before=text, overwrite=overwrite)
    tell_warnings(rendered.warnings)
    tell_changes(rendered.changes)


def _compare(folder: Path, *, diff: bool, as_json: bool) -> None:
    try:
        with refusals.told():
            differences = deployment.compare(folder).differences
    except UserError as error:
        if error.exit_code == _DIFFERS:
            error.exit_code = _NOT_COMPARED
        raise
    if as_json:
        shown = ("path", "kind", "diff") if diff else ("path", "kind")
        told = [{name: getattr(item, name) for name in shown} for item in differences]
        tell_json({"same": not told, "differences": told})
    else:
        width = max((len(item.kind) for item in differences), default=0)
        for item in differences:
            click.echo(f"{item.kind:{width}}  {item.path}")
            if diff and item.diff:
                click.echo(item.diff.rstrip("\n") + "\n")
    if differences:
        raise SystemExit(_DIFFERS)
    if not as_json:
        click.echo(_("Every file is as config.sh has it."))
