"""Asks on a terminal for what can't be guessed: the settings that have a prompt."""

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click

from deploygen import config, shellconf
from deploygen.errors import ConfigInvalid, Problem
from deploygen.language import N_, _, clauses
from deploygen.layout import FILE_NAME
from deploygen.settings import BY_NAME, OUTER_PROXIES, SETTINGS, Setting, named

_CERTIFICATE = {
    "TLS_CERT_FILE": N_("File with the certificate and its chain (PEM)"),
    "TLS_KEY_FILE": N_("File with its private key (PEM)"),
}
_OTHER_PROXY = "other"
_OF_ANOTHER_KEY = re.compile(r"([A-Z][A-Za-z0-9_]*)=(.*)", re.DOTALL)


def ask(
    text: str,
    folder: Path,
    *,
    skip: Collection[str],
    fresh: bool,
    judge: Callable[[str], Sequence[Problem]],
) -> str:
    """Return the config.sh ``text`` of ``folder`` with answers filled in.

    In a fresh file every setting with a prompt is asked for, in another only those without a value,
    and in none what may as well be empty.
    Each answer is judged when it is given, and at the end ``judge`` tells what is wrong with the
    whole: the key at fault is then asked for, until nothing is. Raises ConfigInvalid, before the
    first question, where a file has problems that no answer can mend.
    """
    problems = judge(text)
    wanting = {problem.key for problem in problems}
    questions = [
        (setting, setting.prompt)
        for setting in SETTINGS
        if setting.prompt
        and setting.name not in skip
        and (fresh or not _present(text, setting))
        and (setting.default or setting.name in wanting)
    ]
    if not fresh:
        _refuse_what_is_not_asked_for(problems, {setting.name for setting, _question in questions})
    for setting, question in questions:
        default = _present(text, setting) or setting.default
        answer = _prompt(question, setting, folder, default=default or None)
        text = shellconf.assign(text, setting.name, answer)
    if fresh and "TLS" not in skip:
        text = _ask_who_ends_tls(text, folder, skip)
    while problems := judge(text):
        text = _ask_again(text, folder, problems[0])
    return text


def _refuse_what_is_not_asked_for(problems: Sequence[Problem], asked: Collection[str]) -> None:
    if any(problem.key not in asked for problem in problems):
        raise ConfigInvalid(FILE_NAME, problems)


def _ask_who_ends_tls(text: str, folder: Path, skip: Collection[str]) -> str:
    """Return ``text`` with TLS set, which an http address leaves no choice about."""
    if not _present(text, BY_NAME["URL"]).startswith("https:"):
        return text
    proxy = BY_NAME["OUTER_PROXY"]
    is_behind_proxy = _present(text, proxy) or _present(text, BY_NAME["NETWORK"])
    answer: str = click.prompt(
        _(
            "Who ends TLS? acme: this machine gets a certificate by itself; files: it has one;\n"
            "proxy: a web server of yours is in front"
        ),
        type=click.Choice(["acme", "files", "proxy"]),
        default="proxy" if is_behind_proxy else "acme",
    )
    text = shellconf.assign(text, "TLS", answer)
    if answer == "files":
        for key, question in _CERTIFICATE.items():
            if key not in skip:
                given = _prompt(question, BY_NAME[key], folder, needed=True)
                text = shellconf.assign(text, key, given)
    if answer == "proxy" and not _present(text, proxy) and proxy.name not in skip:
        given = click.prompt(
            _("Which web server? Its configuration is written for you; other: you write it"),
            type=click.Choice([*OUTER_PROXIES, _OTHER_PROXY]),
            default=_OTHER_PROXY,
        )
        text = shellconf.assign(text, proxy.name, "" if given == _OTHER_PROXY else given)
    return text


def _ask_again(text: str, folder: Path, problem: Problem) -> str:
    """Return ``text`` with another value of the key at fault, or of one that it depends on."""
    click.echo(f"{problem.key}: {problem.message}")

    def checked(answer: str) -> tuple[str, str]:
        other = _OF_ANOTHER_KEY.fullmatch(answer)
        key, value = problem.key, answer
        if other and named(other.group(1)):
            key, value = other.groups()
        setting = named(key)
        if setting and (value or not setting.secret):
            _judge(setting, value, folder)
        return key, value

    setting = named(problem.key)
    key, value = click.prompt(
        _("{key} (or KEY=VALUE of another key)", key=problem.key),
        default="",
        show_default=False,
        hide_input=setting is not None and setting.confidential,
        value_proc=checked,
    )
    return shellconf.assign(text, key, value)


def _prompt(
    question: str,
    setting: Setting,
    folder: Path,
    *,
    default: str | None = None,
    needed: bool = False,
) -> str:
    def checked(answer: str) -> str:
        _judge(setting, answer, folder, needed=needed)
        return answer

    answer: str = click.prompt(_(question), default=default, value_proc=checked)
    return answer


def _judge(setting: Setting, value: str, folder: Path, *, needed: bool = False) -> None:
    try:
        config.value(setting, value, folder)
    except ValueError as error:
        kind = setting.kind.needed if needed else setting.kind
        accepted = _("accepted is {what}", what=kind.accepts())
        raise click.BadParameter(clauses(str(error), accepted)) from None


def _present(text: str, setting: Setting) -> str:
    found = shellconf.parse(text).last(setting.name)
    return found.value if found else ""
