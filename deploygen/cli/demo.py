"""``deploygen demo``."""

from __future__ import annotations

from pathlib import Path

import click

from deploygen.cli.verb import Verb
from deploygen.demo.run import run
from deploygen.language import _


@click.command("demo", cls=Verb)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help=_("The provider's port. Default: 8000, or the next free one."),
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=_("Keep users and secrets in DIR. Default: a temporary folder, removed at the end."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON when it is ready."))
def command(port: int | None, folder: Path | None, as_json: bool) -> None:
    """Serve the user accounts and a sample client on this machine, without Docker.

    The client stands in for the wiki: sign in through it and see what it is told. Ctrl-C stops
    everything.

    \b
    Examples:
      deploygen demo
      deploygen demo --dir ~/accounts --port 9000
      deploygen demo --json > demo.json &     for a script: wait for the line
    """
    run(
        port=port,
        folder=folder,
        announce=lambda ready: click.echo(ready.as_json() if as_json else ready.as_text()),
        report=lambda text: click.echo(text, err=True),
    )
