"""The settings' declaration as an example of a config.sh."""

from deploygen import shellconf
from deploygen.language import N_, in_language
from deploygen.settings import GROUPS, SETTINGS, Setting

_HEADER = N_("""\
# deploygen: everything about this wiki is in this file.
#
# Change a value, then run `deploygen render && docker compose up -d`.
# A line is KEY=value. Put values with spaces or any of $ ` " ; & | < > ( ) \\ in single quotes.
# bash can source this file; deploygen reads it without running anything.
""")


def example(language: str = "C") -> str:
    """Return a config.sh with every key and its comment; its default, or nothing."""
    sections = [in_language(_HEADER, language)]
    for group, title in GROUPS.items():
        sections.append(f"\n# --- {in_language(title, language)} ---\n")
        sections += [entry(item, language) for item in SETTINGS if item.group == group]
    return "".join(sections)


def entry(setting: Setting, language: str) -> str:
    """Return the lines of one key."""
    comment = setting.comment_in(language)
    if setting.prefix:
        return f"\n{comment}"
    return f"\n{comment}{setting.name}={shellconf.quote(setting.written)}\n"
