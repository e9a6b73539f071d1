"""The catalogue of messages, kept in step with the code: `python -m tests.deploygen.messages`.

Every message that the code marks gets an entry in the .po file, empty where it has no translation;
an entry whose message is gone is removed. The .mo file is what gettext reads.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from deploygen import cli, language
from deploygen.cli.verb import paragraphs
from deploygen.settings import GROUPS, SETTINGS
from tests.deploygen import pages

LANGUAGE = "zh"
PO = language.CATALOGUES / LANGUAGE / "LC_MESSAGES" / f"{language.DOMAIN}.po"
MO = PO.with_suffix(".mo")
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
_HEADER = "# Messages of deploygen in Simplified Chinese."


class _Catalogue(Catalog):
    """Has no dates and addresses in its header: equal messages are equal bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", f"text/plain; charset={self.charset}"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def gathered() -> Catalog:
    """Return every message of deploygen and of its pages in docs/reference, and those of click."""
    found = _Catalogue(locale=LANGUAGE, header_comment=_HEADER, fuzzy=False)
    for package in (language.__file__, click.__file__):
        for _file, _line, message, comments, context in extract_from_dir(
            str(Path(package).parent), keywords=_KEYWORDS, comment_tags=["Translators:"]
        ):
            found.add(message, auto_comments=comments, context=context)
    for _line, message, comments, context in extract_from_file(
        "python", pages.__file__, keywords=_KEYWORDS, comment_tags=["Translators:"]
    ):
        found.add(message, auto_comments=comments, context=context)
    for message in (*_declared(), *_help(cli.main)):
        found.add(message)
    return found


def _declared() -> Iterator[str]:
    """Yield what the settings' declaration says: there no message needs a mark."""
    yield from GROUPS.values()
    for setting in SETTINGS:
        yield setting.doc
        if setting.prompt:
            yield setting.prompt


def _help(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a command's docstring, and of those below it."""
    for _mark, text in paragraphs(command.callback.__doc__ or ""):
        yield text
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _help(below)


def in_checkout() -> Catalog:
    """Return the messages of the .po file."""
    with PO.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def up_to_date() -> Catalog:
    """Return the messages of today with the translations of the checkout."""
    found, known = gathered(), in_checkout()
    for message in found:
        before = known.get(message.id) if message.id else None
        if before is not None:
            message.string = before.string
    return found


def text(catalogue: Catalog) -> bytes:
    """Return the .po file of a catalogue."""
    out = BytesIO()
    write_po(out, catalogue, width=100, no_location=True, sort_output=True)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return what gettext reads of a catalogue."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    """Bring the files up to date; say how many messages want a translation."""
    catalogue = up_to_date()
    PO.write_bytes(text(catalogue))
    MO.write_bytes(compiled(catalogue))
    wanting = [message for message in catalogue if message.id and not message.string]
    sys.stdout.write(f"{len(catalogue)} messages, {len(wanting)} want a translation\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
