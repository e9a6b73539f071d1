"""``deploygen config``: the keys of config.sh one by one."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from deploygen import atomic, configfile, listing, shellconf
from deploygen.cli.parameters import (
    FOLDER,
    JSON,
    complete_assignment,
    complete_key,
)
from deploygen.cli.telling import tell_json, tell_warnings
from deploygen.cli.verb import Verbs
from deploygen.commands import entering
from deploygen.config import present_name
from deploygen.errors import ConfigInvalid, UserError
from deploygen.language import _
from deploygen.layout import FILE_NAME
from deploygen.settings import named

_MASK = "********"


@click.group("config", cls=Verbs)
def command() -> None:
    """Look at the keys of config.sh, and set them.

    \b
    Examples:
      deploygen config list
      deploygen config get URL
      deploygen config set TIME_ZONE=Asia/Shanghai
    """


@command.command("list")
@FOLDER
@JSON
@click.option("--show-secrets", is_flag=True, help=_("Print secrets too."))
def list_(folder: Path, as_json: bool, show_secrets: bool) -> None:
    """List every key: where its value comes from, and the value.

    \b
    set      it is in config.sh
    default  it is the default
    derived  it follows from other keys
    missing  a secret that the next `deploygen render` makes

    \b
    Examples:
      deploygen config list wiki
      deploygen config list --json | jq '.[] | select(.source == "set")'
    """
    entries = listing.entries(configfile.read(folder), folder)
    hidden = {item.key for item in entries if item.confidential and item.value and not show_secrets}
    if as_json:
        tell_json(
            [
                {
                    "key": item.key,
                    "value": None if item.key in hidden else item.value,
                    "source": item.source,
                    "secret": item.confidential,
                }
                for item in entries
            ]
        )
        return
    for item in entries:
        value = _MASK if item.key in hidden else shellconf.quote(item.value)
        click.echo(f"{item.source:7}  {item.key}={value}")


@command.command("get")
@click.argument("key", shell_complete=complete_key)
@FOLDER
def get(key: str, folder: Path) -> None:
    """Print the value of KEY: the one that counts, if config.sh has none.

    \b
    Example:
      deploygen config get ADMIN_PASSWORD wiki
    """
    click.echo(listing.get(configfile.read(folder), folder, key))


def _complete_word(
    context: click.Context, parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Complete a KEY, which is then asked for, the VALUE of KEY=VALUE, or DIR after those."""
    if "=" in begun:
        return complete_assignment(context, parameter, begun)
    if begun and not begun.isupper() and context.params.get("words"):
        return [CompletionItem(begun, type="dir")]
    return complete_key(context, parameter, begun)


@command.command("set")
@click.argument(
    "words", metavar="KEY=VALUE... [DIR]", nargs=-1, required=True, shell_complete=_complete_word
)
def set_(words: tuple[str, ...]) -> None:
    """Set keys in DIR's config.sh, whose other lines stay as they are.

    Nothing is written if anything would be wrong. KEY= sets the default again. A KEY alone is asked
    for, or read from stdin, a line each: a secret then shows in no list of processes.

    \b
    Examples:
      deploygen config set TLS=acme URL=https://wiki.example.com
      deploygen config set ADMIN_PASSWORD wiki
    """
    from deploygen import folder as deployment  # noqa: PLC0415 - the other verbs need no templates

    folder, assignments = _parted(words)
    configfile.read(folder)  # nothing is asked for in vain
    values = {key: _asked(key) if value is None else value for key, value in assignments.items()}
    with atomic.locked(folder):
        before = configfile.read(folder)
        try:
            after = configfile.assign(before, values)
            warnings = deployment.judge(folder, after)
        except ConfigInvalid as error:
            # The file has another value there, so its line would mislead.
            raise ConfigInvalid(error.file, error.problems, {key: key for key in values}) from None
        if after == before:
            click.echo(_("{file} has that already; nothing written.", file=folder / FILE_NAME))
            return
        configfile.save(folder, after, before=before)
    tell_warnings(warnings)
    click.echo(
        _(
            "Written to {file}. To have it take effect:\n  {command}",
            file=folder / FILE_NAME,
            command=f"{entering(folder)}deploygen render && docker compose up -d",
        )
    )


def _parted(words: tuple[str, ...]) -> tuple[Path, dict[str, str | None]]:
    """Return the folder and the assignments, with None for a value that is to be asked for."""
    folder = Path()
    last = words[-1]
    if "=" not in last and named(present_name(last)) is None and _is_folder(last):
        folder, words = Path(last), words[:-1]
    if not words:
        raise click.UsageError(_("Missing argument {name}.", name="'KEY=VALUE...'"))
    assignments: dict[str, str | None] = {}
    for word in words:
        key, equals, value = word.partition("=")
        assignments[present_name(key)] = value if equals else None
    return folder, assignments


def _is_folder(word: str) -> bool:
    try:
        return Path(word).is_dir()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False


def _asked(key: str) -> str:
    """Return a value from the terminal, or else the next line of stdin."""
    setting = named(key)
    if setting is None:
        return ""  # there is no such key, which is told of all keys at once
    if sys.stdin.isatty():
        hidden = setting.confidential
        value: str = click.prompt(key, default="", show_default=False, hide_input=hidden)
        return value
    line = sys.stdin.readline()
    if not line:
        raise UserError(_("stdin has no line for {key}", key=key))
    return line.removesuffix("\n").removesuffix("\r")
