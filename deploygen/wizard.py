"""Asks on a terminal for what can't be guessed: the settings that have a prompt."""

from collections.abc import Collection

import click

from deploygen import shellconf
from deploygen.settings import SETTINGS, Setting


def ask(text: str, *, skip: Collection[str], fresh: bool) -> str:
    """Return the config.sh ``text`` with answers filled in.

    In a fresh file every setting with a prompt is asked for; in another only those without a value.
    """
    for setting in SETTINGS:
        question = setting.prompt
        if question is None or setting.name in skip:
            continue
        found = shellconf.parse(text).last(setting.name)
        present = found.value if found else ""
        if fresh or not present:
            text = shellconf.assign(text, setting.name, _prompt(question, setting, present))
    if fresh and "TLS" not in skip:
        text = _end_tls_in_front(text)
    return text


def _end_tls_in_front(text: str) -> str:
    """Return ``text`` with the one value of TLS that an https address can have."""
    url = shellconf.parse(text).last("URL")
    if url is None or not url.value.startswith("https:"):
        return text
    click.echo("With https a web server of yours ends TLS in front: TLS=proxy.")
    return shellconf.assign(text, "TLS", "proxy")


def _prompt(question: str, setting: Setting, present: str) -> str:
    def checked(answer: str) -> str:
        try:
            setting.kind.parse(answer)
        except ValueError as error:
            raise click.BadParameter(f"{error}; accepted is {setting.kind.accepts}") from None
        return answer

    answer: str = click.prompt(question, default=present or setting.default, value_proc=checked)
    return answer
