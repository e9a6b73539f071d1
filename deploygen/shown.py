"""What a message may repeat of what a person wrote, so that it holds no secret."""

import re

from deploygen import outline
from deploygen.language import _
from deploygen.settings import BY_NAME, SETTINGS, named

_LONGEST = 200  # characters
_PASSWORD_IN_URL = re.compile(r"//.*@", re.DOTALL)
# Where a quote was left open or a line end lost, a value goes on with the lines below.
_LINES_BELOW = re.compile(r"(?:\n|\w+=).*", re.DOTALL)


def without_secrets(value: str) -> str:
    """Return what a message may repeat of the value of a key that is no secret."""
    if len(value) > _LONGEST:
        return _shortened(value)
    return _PASSWORD_IN_URL.sub("//…@", _LINES_BELOW.sub("…", value))


def begun_secret(key: str) -> str | None:
    """Return the key of a secret that ``key`` begins with and goes on after, if any."""
    if key in BY_NAME or outline.reads(key.removeprefix("OUTLINE_ENV_")):
        return None
    secrets = (item for item in SETTINGS if item.confidential and not item.prefix)
    names = [name for item in secrets for name in (item.name, *item.old_names)]
    names += [f"OUTLINE_ENV_{name}" for name in sorted(outline.SECRETS)]
    return next((name for name in names if key.upper().startswith(name) and key[len(name) :]), None)


def spelled(key: str, value: str = "-") -> str:
    """Return what a message may repeat of ``key``, which may be none.

    Where the = of a secret was lost, the secret follows its key. A key with nothing or = as its
    ``value`` may be the last line of a secret in base64.
    """
    name = begun_secret(key)
    if name is not None:
        return f"{name}…"
    if named(key) is None and not value.strip("=") and (value or not key.isupper()):
        return _("this line")
    return _shortened(key)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else _("… ({n} characters)", n=len(text))
