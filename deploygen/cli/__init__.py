"""The command line: a module for each verb, and here what they share as one command."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

import click
from click.shell_completion import add_completion_class

import deploygen
from deploygen.cli import refusals
from deploygen.cli.completion import WholeWords
from deploygen.cli.verb import Verbs
from deploygen.errors import ConfigInvalid, UserError

add_completion_class(WholeWords)


class _Group(Verbs):
    """Loads only the verb that is called, and turns a user's error into a message and exit code."""

    verbs = ("init", "render", "check", "config", "demo")

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self.verbs)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self.verbs:
            return None
        command: click.Command = import_module(f"deploygen.cli.{name}").command
        return command

    def invoke(self, context: click.Context) -> object:
        try:
            with refusals.told():
                return super().invoke(context)
        except UserError as error:
            _fail(error)


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
      deploygen config set TIME_ZONE=Asia/Shanghai  such a change
      deploygen demo                                the user accounts, without Docker

    \b
    Exit codes: 0 done; 1 failed, or something differs; 2 wrong options, or nothing to compare;
    3 config.sh is not right; 4 files edited by hand are in the way; 5 this machine lacks something.
    """
