"""The command line: click verbs, nothing else."""

from __future__ import annotations

import errno
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

import deploygen
from deploygen import folder as deployment
from deploygen import wizard
from deploygen.config import FILE_NAME
from deploygen.errors import ConfigInvalid, MachineUnfit, UserError
from deploygen.folder import Rendered

_FOLDER = click.argument(
    "folder",
    metavar="[DIR]",
    default=".",
    type=click.Path(file_okay=False, path_type=Path),
)
_OVERWRITE = click.option(
    "--overwrite",
    is_flag=True,
    help="Replace generated files that were edited by hand, and files in their place.",
)


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _Group(click.Group):
    """Turns a user's error into a message and its exit code, at this one place."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except UserError as error:
            _fail(error)
        except OSError as error:
            if error.errno in _FULL:
                _fail(MachineUnfit(f"{error.strerror}: make room and run this again"))
            if error.filename is None:
                raise
            _fail(UserError(f"{error.filename}: {error.strerror}"))


def _fail(error: UserError) -> NoReturn:
    # Each problem of a config.sh is a line that begins with its place, for editors to jump to.
    label = "" if isinstance(error, ConfigInvalid) else click.style("deploygen: ", fg="red")
    click.echo(f"{label}{error}", err=True)
    sys.exit(error.exit_code)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(deploygen.__version__, "-V", "--version", prog_name="deploygen")
def main() -> None:
    """Turn one config.sh into a complete, private Outline wiki on one machine.

    \b
    Examples:
      deploygen init wiki && cd wiki && docker compose up -d --wait
      deploygen render && docker compose up -d      after a change of config.sh
      deploygen demo                                the user accounts, without Docker

    \b
    Exit codes: 0 done; 1 failed; 2 wrong options; 3 config.sh is not right;
    4 files edited by hand are in the way; 5 this machine lacks something.
    """


@main.command()
@_FOLDER
@click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    help="Set a key of config.sh. May be given several times.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; take defaults for what is not --set.")
@_OVERWRITE
def init(folder: Path, assignments: tuple[str, ...], yes: bool, overwrite: bool) -> None:
    """Make DIR (default: this folder) a deployment: config.sh, secrets and all files.

    Run again it keeps every value and renders again.

    \b
    Examples:
      deploygen init wiki
      deploygen init wiki --yes --set URL=http://192.168.1.10:8888 \\
          --set ADMIN_EMAIL=wiki@example.com
    """
    fresh = not (folder / FILE_NAME).exists()
    text = deployment.assign(deployment.start(folder), _pairs(assignments))
    if not yes and sys.stdin.isatty():
        text = wizard.ask(text, folder, skip=_pairs(assignments), fresh=fresh)
    rendered = deployment.render(folder, text, overwrite=overwrite)
    if fresh:
        click.echo(f"Made {folder / FILE_NAME}, with its secrets; only you can read it.")
    _tell_warnings(rendered.warnings)
    _tell_changes(rendered)
    _tell_next(folder, rendered)


@main.command()
@_FOLDER
@_OVERWRITE
def render(folder: Path, overwrite: bool) -> None:
    """Write every file of DIR again from its config.sh.

    \b
    Example:
      deploygen render && docker compose up -d
    """
    rendered = deployment.render(folder, deployment.read(folder), overwrite=overwrite)
    _tell_warnings(rendered.warnings)
    _tell_changes(rendered)


@main.command()
@_FOLDER
def check(folder: Path) -> None:
    """Report everything that is wrong in DIR's config.sh. Writes nothing.

    A Docker network that it names is looked for on this machine.

    \b
    Each problem is a line:
      config.sh:LINE: KEY: what is wrong; what is accepted; what to do
    Exit code 3 if there is any.

    \b
    Example:
      deploygen check wiki
    """
    _tell_warnings(deployment.check(folder).warnings)
    click.echo(f"{folder / FILE_NAME} is right.")


@main.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help="The provider's port. Default: 8000, or the next free one.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep users and secrets in DIR. Default: a temporary folder, removed at the end.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when it is ready.")
def demo(port: int | None, folder: Path | None, as_json: bool) -> None:
    """Serve the user accounts and a sample client on this machine, without Docker.

    The client stands in for the wiki: sign in through it and see what it is told. Ctrl-C stops
    everything.

    \b
    Examples:
      deploygen demo
      deploygen demo --dir ~/accounts --port 9000
      deploygen demo --json > demo.json &     for a script: wait for the line
    """
    from deploygen.demo.run import run  # noqa: PLC0415 - the other verbs needn't load servers

    run(
        port=port,
        folder=folder,
        announce=lambda ready: click.echo(ready.as_json() if as_json else ready.as_text()),
        report=lambda text: click.echo(text, err=True),
    )


def _pairs(assignments: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise click.BadParameter(f"{key!r} is not KEY=VALUE", param_hint="--set")
        pairs[key] = value
    return pairs


def _tell_warnings(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(warning, err=True)


def _tell_changes(rendered: Rendered) -> None:
    changes = rendered.changes
    if not changes.written and not changes.removed:
        click.echo(f"All {changes.unchanged} files are as config.sh has them; nothing written.")
        return
    count = len(changes.written)
    parts = [f"{count} file{'' if count == 1 else 's'} written"]
    if changes.unchanged:
        parts.append(f"{changes.unchanged} unchanged")
    if changes.removed:
        parts.append(f"{len(changes.removed)} no longer needed and removed")
    click.echo(", ".join(parts).capitalize() + ".")


def _tell_next(folder: Path, rendered: Rendered) -> None:
    go = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    click.echo(
        f"\nStart it:   {go}docker compose up -d --wait\n"
        f"The wiki:   {rendered.topology.url}\n"
        f"Its users:  {rendered.topology.admin_url}\n"
        f"Sign in as  {rendered.config.admin_username}"
        f" with the ADMIN_PASSWORD of {folder / FILE_NAME}"
    )
