"""The settings' declaration as config.sh.example."""

import sys

from deploygen import shellconf
from deploygen.settings import GROUPS, SETTINGS, Setting

_HEADER = """\
# deploygen: everything about this wiki is in this file.
#
# Change a value, then run `deploygen render && docker compose up -d`.
# A line is KEY=value. Put values with spaces or any of $ ` " ; & | < > ( ) \\ in single quotes.
# bash can source this file; deploygen reads it without running anything.
"""


def example() -> str:
    """Return a config.sh with every key and its comment; its default, or nothing."""
    sections = [_HEADER]
    for group, title in GROUPS.items():
        sections.append(f"\n# --- {title} ---\n")
        sections += [entry(setting) for setting in SETTINGS if setting.group == group]
    return "".join(sections)


def entry(setting: Setting) -> str:
    """Return the lines of one key."""
    if setting.prefix:
        return f"\n{setting.comment}"
    return f"\n{setting.comment}{setting.name}={shellconf.quote(setting.written)}\n"


if __name__ == "__main__":  # python -m deploygen.reference > config.sh.example
    sys.stdout.write(example())
