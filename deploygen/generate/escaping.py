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

    Single quotes lose a trailing backslash (compose 2.26); double quotes lose nothing.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(raw, escaped)
    return f'"{text}"'


def nginx(value: object) -> str:
    """Return a word of an nginx configuration.

    Raises ValueError for what nginx would interpret: its syntax has no escape for ``$``.
    """
    text = str(value)
    if not re.fullmatch(r"[A-Za-z0-9._:/@-]+", text):
        raise ValueError(f"nginx would interpret {text!r}")
    return text


def json(value: object) -> str:
    """Return a JSON string."""
    return json_text.dumps(str(value))


def html(value: object) -> str:
    """Return text for an HTML page, also within a quoted attribute."""
    return html_entities.escape(str(value))


def url(value: object) -> str:
    """Return a component of a URL (RFC 3986, section 2.1); safe in an env file's double quotes."""
    return quote(str(value), safe="")


ESCAPERS = {"yaml": yaml, "env": env, "nginx": nginx, "json": json, "html": html, "url": url}
