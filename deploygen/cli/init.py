"""``deploygen init``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from deploygen import configfile, outer, seed, shellconf, wizard
from deploygen import folder as deployment
from deploygen.cli.parameters import FOLDER, OVERWRITE, complete_assignment
from deploygen.cli.telling import tell_changes, tell_warnings
from deploygen.cli.verb import Verb
from deploygen.commands import entering
from deploygen.config import present_name
from deploygen.errors import ConfigInvalid, Problem, UserError
from deploygen.folder import Rendered
from deploygen.language import _
from deploygen.layout import FILE_NAME
from deploygen.settings import named


@click.command("init", cls=Verb)
@FOLDER
@click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    shell_complete=complete_assignment,
    help=_("Set a key of config.sh. May be given several times."),
)
@click.option(
    "--from",
    "seed_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Take over the values of a config.sh of vicalloy/outline-docker-compose."),
)
@click.option("--yes", is_flag=True, help=_("Ask nothing; take defaults for what is not --set."))
@OVERWRITE
def command(
    folder: Path, assignments: tuple[str, ...], seed_file: Path | None, yes: bool, overwrite: bool
) -> None:
    """Make DIR (default: this folder) a deployment: config.sh, secrets and all files.

    Run again it keeps every value and renders again.

    \b
    Examples:
      deploygen init wiki
      deploygen init wiki --yes --set URL=http://192.168.1.10:8888 \\
          --set ADMIN_EMAIL=wiki@example.com
      deploygen init wiki --from ~/outline-docker-compose/scripts/config.sh
    """
    fresh = not (folder / FILE_NAME).exists()
    options = _pairs(assignments)
    given = options
    if seed_file is not None:
        if not fresh:
            raise UserError(
                _(
                    "{file} is there already; --from is for a new folder",
                    file=folder / FILE_NAME,
                )
            )
        given = _taken_over(seed_file) | options
    with _told_by_option(options, fresh=fresh):
        before = configfile.start(folder)
        begun = text = configfile.assign(before, given)
        if not yes and sys.stdin.isatty():
            text = wizard.ask(
                text,
                folder,
                skip=given,
                fresh=fresh,
                judge=lambda edited: _problems(folder, edited),
            )
        with _answers_kept(begun, text):
            rendered = deployment.render(
                folder, text, before=None if fresh else before, overwrite=overwrite
            )
    if fresh:
        click.echo(
            _("Made {file}, with its secrets; only you can read it.", file=folder / FILE_NAME)
        )
    tell_warnings(rendered.warnings)
    tell_changes(rendered.changes)
    _tell_next(folder, rendered)


def _pairs(assignments: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise click.BadParameter(_("{key!r} is not KEY=VALUE", key=key), param_hint="--set")
        pairs[present_name(key)] = value
    return pairs


def _taken_over(seed_file: Path) -> dict[str, str]:
    """Return the values of a seed's config.sh as ours, and tell what is left out.

    Raises ConfigInvalid if what it says is not known for certain, and UserError for one of ours: of
    its name there would be a second deployment on the same data, and its paths begin at another
    folder.
    """
    text = configfile.text_of(seed_file)
    if shellconf.parse(text).last("COMPOSE_PROJECT_NAME"):
        raise UserError(
            _(
                "{file} is a config.sh of deploygen's own, which --from is not for: to move that "
                "deployment copy its folder instead; another one begins without --from",
                file=seed_file,
            )
        )
    translated = seed.translate(text)
    if translated.problems:
        raise ConfigInvalid(str(seed_file), translated.problems)
    for sentence in translated.left_out:
        click.echo(f"{seed_file}: {sentence}", err=True)
    return dict(translated.values)


def _problems(folder: Path, text: str) -> tuple[Problem, ...]:
    try:
        deployment.judge(folder, text)
    except ConfigInvalid as error:
        return error.problems
    return ()


@contextmanager
def _told_by_option(options: Mapping[str, str], *, fresh: bool) -> Iterator[None]:
    """Have problems name the option that a value came from, and no line of a file not written."""
    try:
        yield
    except ConfigInvalid as error:
        unwritten = {problem.key: problem.key for problem in error.problems} if fresh else {}
        sources = unwritten | {key: f"--set {key}" for key in options}
        problems = [_by_option(item) if item.key in sources else item for item in error.problems]
        raise ConfigInvalid(error.file, problems, sources) from None


def _by_option(problem: Problem) -> Problem:
    """Return the problem of a key that is not in the file with what to do on the command line."""
    if not problem.wants_value:
        return problem
    return replace(problem, remedy=_("pass --set {key}=…", key=problem.key))


@contextmanager
def _answers_kept(before: str, after: str) -> Iterator[None]:
    """Say how what was answered on the terminal can be given again, if it could not be written."""
    try:
        yield
    except (UserError, OSError):
        old, new = shellconf.parse(before), shellconf.parse(after)
        answers = [
            f"--set {shlex.quote(f'{item.key}={item.value}')}"
            for item in shellconf.values(new)
            if not _is_confidential(item.key) and _differs(old.last(item.key), item)
        ]
        if answers:
            click.echo(
                _("To give your answers again:  {options}", options=" ".join(answers)), err=True
            )
        raise


def _differs(old: shellconf.Assignment | None, new: shellconf.Assignment) -> bool:
    return old is None or old.value != new.value


def _is_confidential(key: str) -> bool:
    setting = named(key)
    return setting is None or setting.confidential


def _tell_next(folder: Path, rendered: Rendered) -> None:
    start = f"{entering(folder)}docker compose up -d --wait"
    in_front = outer.directions(rendered.config, rendered.topology)
    lines = [
        "",
        _("Start it:   {command}", command=start),
        *([_("In front:   {directions}", directions=in_front)] if in_front else []),
        _("The wiki:   {url}", url=rendered.topology.url),
        _users(folder, rendered),
    ]
    click.echo("\n".join(lines))


def _users(folder: Path, rendered: Rendered) -> str:
    config, topology = rendered.config, rendered.topology
    if topology.admin_url is None:
        return _(
            "Its users:  those of {provider}\nIt needs    {url} as redirect URI there",
            provider=config.oidc_issuer_url or config.oidc_auth_uri,
            url=f"{topology.url}/auth/oidc.callback",
        )
    return _(
        "Its users:  {url}\nSign in as  {name} with the ADMIN_PASSWORD of {file}",
        url=topology.admin_url,
        name=config.admin_username,
        file=folder / FILE_NAME,
    )
