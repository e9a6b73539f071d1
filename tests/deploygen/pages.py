"""The pages of docs/reference in the person's language: prints {name: Markdown} as JSON."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import dedent

import click

from deploygen import cli
from deploygen.cli.verb import WIDE, paragraphs
from deploygen.language import N_, _, all_of, either, of_person
from deploygen.settings import GROUPS, SETTINGS, Given, Setting

_IN_ANOTHER_LANGUAGE = {"C": "[简体中文]({}.zh-CN.md)", "zh": "[English]({}.md)"}
_MADE_BY = "<!-- python -m tests.deploygen.reference -->"
_RECIPES = {
    "password": N_("four groups of five random letters and digits"),
    "hex64": N_("64 random hexadecimal digits"),
    "hex40": N_("40 random hexadecimal digits"),
    "identifier": N_("20 random hexadecimal digits"),
    "project": N_("the folder's name"),
}


def pages() -> dict[str, str]:
    return {"config": _page("config", _config()), "commands": _page("commands", _commands())}


def _page(name: str, blocks: Iterator[str]) -> str:
    title, *rest = blocks
    other = _IN_ANOTHER_LANGUAGE[of_person()].format(name)
    return "\n\n".join([_MADE_BY, title, other, *rest]) + "\n"


def _config() -> Iterator[str]:
    """Yield every key, by group."""
    yield _("# The keys of config.sh")
    yield _("[config.sh.example](../../config.sh.example) has them all, with their defaults.")
    for group, title in GROUPS.items():
        yield f"## {_escaped(_(title))}"
        for setting in SETTINGS:
            if setting.group == group:
                yield f"### `{setting.name}{'_…' if setting.prefix else ''}`"
                yield _escaped(_in_one_line(_(setting.doc)))
                yield "\n".join(f"- {fact}" for fact in _facts(setting))


def _facts(setting: Setting) -> Iterator[str]:
    if not setting.prefix and not setting.secret:
        yield _("Default: {value}", value=f"`{setting.default}`" if setting.default else _("empty"))
    yield _("Accepted: {what}", what=_escaped(setting.kind.accepts()))
    if setting.secret:
        yield _("Made by `deploygen init`: {how}", how=_(_RECIPES[setting.secret]))
    yield from _with_other_keys(setting)
    if setting.reserved:
        yield _("Not passed on: names that begin with `{prefix}`", prefix=setting.reserved)
    if setting.old_names:
        yield _("Old name: {names}", names=either([f"`{name}`" for name in setting.old_names]))
    if setting.irreplaceable:
        yield _("Can't be changed later: the data depends on it")
    if setting.confidential:
        yield _("A secret: no message shows it")


def _with_other_keys(setting: Setting) -> Iterator[str]:
    if setting.given_with:
        yield _("Not made, but yours to give, with {keys}", keys=_either(setting.given_with))
    if setting.needed_with:
        yield _("Can't be empty with {keys}", keys=_either(setting.needed_with))
    if setting.counts_with:
        yield _("Has an effect with {keys} only", keys=_either(setting.counts_with))
    for value, keys in _needs(setting).items():
        yield _("With `{value}`, give {keys} too", value=value, keys=all_of(keys))


def _either(given: Sequence[Given]) -> str:
    return either([f"`{item}`" for item in given])


def _needs(setting: Setting) -> dict[str, list[str]]:
    """Return {value: the keys that a person has to give where ``setting`` has it}."""
    needs: dict[str, list[str]] = {}
    for other in SETTINGS:
        for given in (*other.needed_with, *other.given_with):
            if given.key == setting.name and given.value:
                needs.setdefault(given.value, []).append(f"`{other.name}`")
    return needs


def _commands() -> Iterator[str]:
    """Yield every command, as its help has it."""
    yield _("# Commands")
    yield _("Setting keys, scripts and completion: [commands.md](../commands.md).")
    whole = click.Context(cli.main, info_name="deploygen", **cli.main.context_settings)
    for command, context in _below(cli.main, whole):
        yield f"## {context.command_path}"
        yield _code(" ".join([context.command_path, *command.collect_usage_pieces(context)]))
        for mark, text in paragraphs(command.help or ""):
            yield from _as_it_is(text) if mark else [_escaped(text)]
        yield _options(command, context)


def _below(
    command: click.Command, context: click.Context
) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _below(found, click.Context(found, info_name=name, parent=context))


def _as_it_is(text: str) -> Iterator[str]:
    """Yield the indented lines of ``text`` as code, or all of them where none is."""
    lines = text.split("\n")
    if not any(line.startswith(" ") for line in lines):
        yield _code(text)
        return
    for is_indented, run in groupby(lines, lambda line: line.startswith(" ")):
        part = "\n".join(run)
        yield _code(dedent(part)) if is_indented else _escaped(part)


def _options(command: click.Command, context: click.Context) -> str:
    records = [
        option.get_help_record(context)
        for option in command.get_params(context)
        if isinstance(option, click.Option)
    ]
    rows = [f"| `{record[0]}` | {_escaped(record[1])} |" for record in records if record]
    return "\n".join([_("| option | |"), "|---|---|", *rows])


def _code(text: str) -> str:
    return f"```text\n{text}\n```"


def _in_one_line(text: str) -> str:
    """Return ``text`` without its line ends: between wide characters there are no spaces."""
    return re.sub(f"(?<=[{WIDE}])\n(?=[{WIDE}])", "", text).replace("\n", " ")


def _escaped(text: str) -> str:
    """Return ``text`` as Markdown, in which only backticks mean something."""
    return re.sub(r"(`[^`]*`)|([*<>|])", lambda found: found[1] or f"\\{found[2]}", text)


if __name__ == "__main__":
    json.dump(pages(), sys.stdout)
