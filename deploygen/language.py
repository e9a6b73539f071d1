"""What a person reads, in their language: LANGUAGE, LC_ALL, LC_MESSAGES or LANG says which.

The catalogues below ``locale/`` are gettext's. click's own messages are in them too, which is why
the domain is the process's.
"""

import gettext as _gettext
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

DOMAIN = "deploygen"
CATALOGUES = Path(__file__).parent / "locale"

_gettext.bindtextdomain(DOMAIN, CATALOGUES)
_gettext.textdomain(DOMAIN)


def _(message: str, /, **values: object) -> str:
    """Return ``message`` in the person's language, its {names} filled with ``values``."""
    return _filled(_gettext.gettext(message), values)


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Return the message for a number of things, ``n`` among its {names}."""
    return _filled(_gettext.ngettext(singular, plural, n), {"n": n, **values})


def N_(message: str, /) -> str:  # noqa: N802 - gettext's name
    """Mark a constant, which :func:`_` translates where it is shown."""
    return message


def in_language(message: str, language: str, /) -> str:
    """Return ``message`` in one language, whatever the person's is."""
    return _catalogue(language).gettext(message)


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)


def of_person() -> str:
    """Return the person's language, of those that there is a catalogue of; else ``C``."""
    catalogue = _gettext.find(DOMAIN, CATALOGUES)
    return Path(catalogue).parents[1].name if catalogue else "C"


def either(items: Sequence[str]) -> str:
    """Return alternatives, of which there is one at least: ``a or b or c``."""
    *some, last = items
    return _("{some} or {last}", some=_(" or ").join(some), last=last) if some else last


def all_of(items: Iterable[str]) -> str:
    """Return what belongs together: ``a and b and c``."""
    return _(" and ").join(items)


def listed(items: Iterable[str]) -> str:
    """Return ``a, b, c``."""
    return _(", ").join(items)


def clauses(*parts: str) -> str:
    """Return ``parts`` but the empty ones as one sentence: ``what is wrong; what to do``."""
    return _("; ").join(part for part in parts if part)


def _filled(message: str, values: dict[str, object]) -> str:
    return message.format(**values) if values else message
