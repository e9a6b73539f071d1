"""Values of one line, as those of config.sh are."""

from deploygen.language import _


def line(raw: str) -> str:
    """Return ``raw``.

    Raises ValueError for what does not show, line ends among it.
    """
    if any(not char.isprintable() for char in raw):
        raise ValueError(_("it holds a character that can't be printed"))
    return raw


def listed_in(raw: str) -> list[str]:
    """Return what commas separate.

    Raises ValueError as :func:`line` does.
    """
    return [item.strip() for item in line(raw).split(",") if item.strip()]
