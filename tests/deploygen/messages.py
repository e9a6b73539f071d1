"""The catalogue of messages, kept in step with the code: `python -m tests.deploygen.messages`.

Every message that the code marks gets an entry in the .po file, empty where it has no translation;
an entry whose message is gone is removed. The .mo file is what gettext reads.
"""

import sys
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from deploygen import language

LANGUAGE = "zh"
PO = language.CATALOGUES / LANGUAGE / "LC_MESSAGES" / f"{language.DOMAIN}.po"
MO = PO.with_suffix(".mo")
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def extracted() -> Catalog:
    """Return every message that deploygen marks, and of click those that a person can meet."""
    found = Catalog(locale=LANGUAGE, project="deploygen", fuzzy=False)
    for module in (language.__file__, click.__file__):
        assert module is not None
        for _file, _line, message, comments, context in extract_from_dir(
            str(Path(module).parent), keywords=_KEYWORDS, comment_tags=["Translators:"]
        ):
            found.add(message, auto_comments=comments, context=context)
    return found


def translated() -> Catalog:
    """Return the catalogue as it is in the checkout."""
    with PO.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def compiled(catalogue: Catalog) -> bytes:
    """Return what gettext reads of a catalogue."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    """Bring the files up to date; say how many messages want a translation."""
    catalogue = translated() if PO.exists() else extracted()
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True, sort_output=True, omit_header=False)
    MO.write_bytes(compiled(catalogue))
    wanting = [item for item in catalogue if item.id and not item.string]
    sys.stdout.write(f"{len(catalogue)} messages, {len(wanting)} want a translation\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
