"""The only randomness: values that are made once, written into config.sh and kept."""

import re
import secrets
from collections.abc import Callable, Collection
from itertools import chain, count
from pathlib import Path

from deploygen import seed, shellconf
from deploygen.settings import SETTINGS

_LONGEST_NAME = 31  # characters; see PROJECT of deploygen.kinds
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def _password() -> str:
    """Return about 99 bits that a person can type: four groups of five, no look-alikes."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def fill(
    text: str, folder: Path, *, fresh: bool, taken: Callable[[], Collection[str]] = tuple
) -> str:
    """Return the text of a config.sh with every missing secret made.

    Where data may be there already (not ``fresh``), what it depends on is not made anew.
    The deployment's name is made here too, from the folder's name: like a secret it is chosen once
    and must never change by itself, since volumes are found by it. It is none of those ``taken``,
    which are asked for only then.
    """
    document = shellconf.parse(text)
    meant = seed.read(document).values
    made: dict[str, tuple[str, str]] = {}
    for setting in SETTINGS:
        if setting.secret is None or (setting.irreplaceable and not fresh):
            continue
        if any(item.stands(shellconf.value_of(meant, item.key)) for item in setting.given_with):
            continue
        names = (setting.name, *setting.old_names)
        found = [item for name in names if (item := document.last(name))]
        if any(item.value for item in found):
            continue
        name = found[0].key if found else setting.name
        # What is not understood may be a quote that an apostrophe in a comment would close.
        comment = "" if document.problems else f"\n{setting.comment}"
        made[name] = (make(setting.secret, folder, taken), comment)
    return shellconf.assign_all(text, made)


def make(recipe: str, folder: Path, taken: Callable[[], Collection[str]] = tuple) -> str:
    """Return a new value by a recipe that settings name; ``folder`` is what it is made for."""
    if recipe == "project":
        return project_name(folder, taken())
    return _RECIPES[recipe]()


def project_name(folder: Path, taken: Collection[str] = ()) -> str:
    """Return the folder's name as Docker Compose and DNS take it; ``wiki`` if nothing is left.

    With a number where that is taken: two deployments of one name would share their volumes.
    """
    name = re.sub(r"[^a-z0-9-]+", "-", folder.resolve().name.lower()).strip("-")
    name = name[:_LONGEST_NAME].strip("-") or "wiki"
    candidates = (f"{name[: _LONGEST_NAME - len(str(n)) - 1]}-{n}" for n in count(2))
    return next(item for item in chain([name], candidates) if item not in taken)


_RECIPES: dict[str, Callable[[], str]] = {
    "password": _password,
    "hex64": lambda: secrets.token_hex(32),
    "hex40": lambda: secrets.token_hex(20),
    "identifier": lambda: secrets.token_hex(10),
}
