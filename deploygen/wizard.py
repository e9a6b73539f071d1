"""Asks on a terminal for what can't be guessed: the settings that have a prompt."""

from collections.abc import Collection
from pathlib import Path

import click

from deploygen import shellconf
from deploygen.settings import BY_NAME, SETTINGS, Setting

_CERTIFICATE = {
    "TLS_CERT_FILE": "File with the certificate and its chain (PEM)",
    "TLS_KEY_FILE": "File with its private key (PEM)",
}


def ask(text: str, folder: Path, *, skip: Collection[str], fresh: bool) -> str:
    """Return the config.sh ``text`` of ``folder`` with answers filled in.

    In a fresh file every setting with a prompt is asked for; in another only those without a value.
    """
    for setting in SETTINGS:
        question = setting.prompt
        if question is None or setting.name in skip:
            continue
        found = shellconf.parse(text).last(setting.name)
        present = found.value if found else ""
        if fresh or not present:
            text = shellconf.assign(text, setting.name, _prompt(question, setting, present, folder))
    if fresh and "TLS" not in skip:
        text = _ask_who_ends_tls(text, folder)
    return text


def _ask_who_ends_tls(text: str, folder: Path) -> str:
    """Return ``text`` with TLS set, which an http address leaves no choice about."""
    url = shellconf.parse(text).last("URL")
    if url is None or not url.value.startswith("https:"):
        return text
    answer: str = click.prompt(
        "Who ends TLS? acme: this machine gets a certificate by itself; files: it has one;\n"
        "proxy: a web server of yours is in front",
        type=click.Choice(["acme", "files", "proxy"]),
        default="acme",
    )
    text = shellconf.assign(text, "TLS", answer)
    if answer == "files":
        for key, question in _CERTIFICATE.items():
            text = shellconf.assign(text, key, _prompt(question, BY_NAME[key], "", folder))
    return text


def _prompt(question: str, setting: Setting, present: str, folder: Path) -> str:
    def checked(answer: str) -> str:
        try:
            setting.kind.parse(str(folder.absolute() / answer) if setting.kind.is_path else answer)
        except ValueError as error:
            raise click.BadParameter(f"{error}; accepted is {setting.kind.accepts}") from None
        return answer

    default = present or setting.default or None
    answer: str = click.prompt(question, default=default, value_proc=checked)
    return answer
