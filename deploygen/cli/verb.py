"""Verbs, whose help is their docstring in the person's language."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

import click

from deploygen.language import _

_VERBATIM = "\b\n"
# Characters that are two columns wide, as a range of a regular expression.
WIDE = "\u2e80-\u9fff\uff00-\uff60"
_OPENING, _CLOSING = "（「《", "，。；：！？、）」》"  # noqa: RUF001 - they are meant


def paragraphs(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield click's mark before a paragraph, or none, and the paragraph, which is a message."""
    for text in inspect.cleandoc(docstring).split("\n\n"):
        if text.startswith(_VERBATIM):
            yield _VERBATIM, text.removeprefix(_VERBATIM)
        else:
            yield "", text.replace("\n", " ")


class _Formatter(click.HelpFormatter):
    """Fills lines with characters that are two columns wide, which click takes for one.

    Between them are no spaces to break a line at. So each has one after it, or a no-break space
    where no line may end, until the text is filled.
    """

    def write_text(self, text: str) -> None:
        super().write_text(_spread(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([(term, _spread(text)) for term, text in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        return re.sub(f"([{WIDE}])[ \xa0]", r"\1", super().getvalue())


def _spread(text: str) -> str:
    kept_together = f"([{_OPENING}]|[{WIDE}](?=[{_CLOSING}]))"
    return re.sub(f"([{WIDE}])(?!\xa0)", r"\1 ", re.sub(kept_together, "\\1\xa0", text))


class _Context(click.Context):
    formatter_class = _Formatter


class Verb(click.Command):
    """A command that tells its help in the person's language."""

    context_class = _Context

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.help = _translated(self.help or "")


class Verbs(Verb, click.Group):
    """A group of such commands."""

    command_class = Verb


def _translated(docstring: str) -> str:
    # Of an empty message gettext has the catalogue's header.
    return "\n\n".join(f"{mark}{_(text)}" for mark, text in paragraphs(docstring) if text)
