"""``deploygen check``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from deploygen import folder as deployment
from deploygen.cli.parameters import FOLDER, JSON
from deploygen.cli.telling import tell_json, tell_warnings
from deploygen.cli.verb import Verb
from deploygen.errors import ConfigInvalid, Notice, Problem
from deploygen.language import _
from deploygen.layout import FILE_NAME


@click.command("check", cls=Verb)
@FOLDER
@JSON
def command(folder: Path, as_json: bool) -> None:
    """Report everything that is wrong in DIR's config.sh. Writes nothing.

    A Docker network that it names is looked for on this machine, and so are other deployments
    of its name.

    \b
    Each problem is a line:
      config.sh:LINE: KEY: what is wrong; what is accepted; what to do
    Exit code 3 if there is any.

    \b
    Examples:
      deploygen check wiki
      deploygen check --json | jq '.problems[].key'
    """
    try:
        checked = deployment.check(folder)
    except ConfigInvalid as error:
        if not as_json:
            raise
        tell_json(_result(folder, error.problems, ()))
        raise SystemExit(error.exit_code) from None
    if as_json:
        tell_json(_result(folder, (), checked.warnings))
        return
    tell_warnings(checked.warnings)
    click.echo(_("{file} is right.", file=folder / FILE_NAME))


def _result(folder: Path, problems: Iterable[Problem], warnings: Iterable[Notice]) -> object:
    told = [
        {
            "line": problem.line,
            "key": problem.key,
            "wrong": problem.wrong,
            "accepted": problem.accepted,
            "remedy": problem.remedy,
            "message": problem.message,
        }
        for problem in problems
    ]
    return {
        "file": str(folder / FILE_NAME),
        "valid": not told,
        "problems": told,
        "warnings": [
            {"line": warning.line, "key": warning.key, "message": warning.message}
            for warning in warnings
        ],
    }
