"""The only randomness: values that are made once, written into config.sh and kept."""

import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from deploygen import seed, shellconf
from deploygen.settings import SETTINGS

_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def _password() -> str:
    """Return about 99 bits that a person can type: four groups of five, no look-alikes."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def fill(text: str, folder: Path, *, fresh: bool) -> str:
    """Return the text of a config.sh with every missing secret made.

    Where data may be there already (not ``fresh``), what it depends on is not made anew.
    The deployment's name is made here too, from the folder's name: like a secret it is chosen once
    and must never change by itself, since volumes are found by it.
    """
    document = shellconf.parse(text)
    meant = seed.read(document).values
    made: dict[str, tuple[str, str]] = {}
    for setting in SETTINGS:
        if setting.secret is None or (setting.irreplaceable and not fresh):
            continue
        if any(item.stands(_value(meant, item.key)) for item in setting.given_with):
            continue
        names = (setting.name, *setting.old_names)
        found = [item for name in names if (item := document.last(name))]
        if any(item.value for item in found):
            continue
        name = found[0].key if found else setting.name
        # What is not understood may be a quote that an apostrophe in a comment would close.
        comment = "" if document.problems else f"\n{setting.comment}"
        made[name] = (make(setting.secret, folder), comment)
    return shellconf.assign_all(text, made)


def _value(found: Mapping[str, shellconf.Assignment], key: str) -> str:
    return found[key].value if key in found else ""


def make(recipe: str, folder: Path) -> str:
    """Return a new value by a recipe that settings name; ``folder`` is what it is made for."""
    return _RECIPES[recipe](folder)


def project_name(folder: Path) -> str:
    """Return the folder's name as Docker Compose and DNS take it; ``wiki`` if nothing is left."""
    name = re.sub(r"[^a-z0-9-]+", "-", folder.resolve().name.lower()).strip("-")
    return name[:31].strip("-") or "wiki"


_RECIPES: dict[str, Callable[[Path], str]] = {
    "password": lambda _: _password(),
    "hex64": lambda _: secrets.token_hex(32),
    "hex40": lambda _: secrets.token_hex(20),
    "identifier": lambda _: secrets.token_hex(10),
    "project": project_name,
}
