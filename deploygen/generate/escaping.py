"""One escaper per format. Every ``{{ value }}`` of a template ends in one of them."""

import html as html_entities
import json as json_text
import re
from urllib.parse import quote


def yaml(value: object) -> str:
    """Return a YAML 1.2 scalar for a compose file, where ``$`` is written ``$$``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = "".join(_yaml_char(char) for char in str(value))
    return f'"{escaped}"'.replace("$", "$$")


def _yaml_char(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def env(value: object) -> str:
    """Return the value of a line of an env file as Docker Compose reads it: in double quotes.

    Single quotes lose a trailing backslash (compose 2.26); double quotes lose nothing. Nothing
    (None) is empty, and of several values a comma separated list is made.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    text = ",".join(value) if isinstance(value, tuple) else str("" if value is None else value)
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(raw, escaped)
    return f'"{text}"'


def variable(value: object) -> str:
    """Return the name of an environment variable.

    Raises ValueError for what is none.
    """
    text = str(value)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError(f"{text!r} is no name of a variable")
    return text


def nginx(value: object) -> str:
    """Return a word of an nginx configuration.

    Raises ValueError for what nginx would interpret: its syntax has no escape for ``$``.
    """
    return _plain_word("nginx", value)


def apache(value: object) -> str:
    """Return a word of an Apache configuration, also within quotes.

    Raises ValueError for what Apache might interpret: ``${`` and ``%{`` have no escape.
    """
    return _plain_word("Apache", value)


def caddy(value: object) -> str:
    """Return a word of a Caddyfile.

    Raises ValueError for what Caddy might interpret: braces are placeholders within quotes, too.
    """
    return _plain_word("Caddy", value)


def haproxy(value: object) -> str:
    """Return a word of an HAProxy configuration, also within single quotes.

    Raises ValueError for what HAProxy or a log format might interpret.
    """
    return _plain_word("HAProxy", value)


def _plain_word(program: str, value: object) -> str:
    text = str(value)
    if not re.fullmatch(r"[][A-Za-z0-9._:/@-]+", text):
        raise ValueError(f"{program} would interpret {text!r}")
    return text


def markdown(value: object) -> str:
    """Return a code span (CommonMark, section 6.1) that may stand in a table.

    Raises ValueError for a line end or ``|``, which would end the cell.
    """
    text = str(value)
    if not text or not text.isprintable() or "|" in text:
        raise ValueError(f"a cell of a Markdown table can't hold {text!r}")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    # One space on each side is taken off again, but from spaces alone.
    at_an_end = text[0] in "` " or text[-1] in "` "
    inset = " " if at_an_end and text.strip() else ""
    return f"{fence}{inset}{text}{inset}{fence}"


def json(value: object) -> str:
    """Return a JSON string."""
    return json_text.dumps(str(value))


def html(value: object) -> str:
    """Return text for an HTML page, also within a quoted attribute."""
    return html_entities.escape(str(value))


def url(value: object) -> str:
    """Return a component of a URL (RFC 3986, section 2.1); safe in an env file's double quotes."""
    return quote(str(value), safe="")


ESCAPERS = {
    "apache": apache,
    "caddy": caddy,
    "env": env,
    "haproxy": haproxy,
    "html": html,
    "json": json,
    "markdown": markdown,
    "nginx": nginx,
    "url": url,
    "variable": variable,
    "yaml": yaml,
}
