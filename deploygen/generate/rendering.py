"""Jinja, strict: an undefined name is an error, and values are escaped by their format."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploygen.generate.escaping import ESCAPERS


def environment(folder: Path) -> Environment:
    """Return the environment that renders the templates below ``folder``."""
    jinja = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML here; a test demands an escaper in every {{ }}
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,  # folding constants takes longer than one rendering gains by it
        # A cache would need write access to wherever deploygen is installed.
        bytecode_cache=None,
    )
    jinja.filters.clear()
    jinja.filters.update(ESCAPERS)
    return jinja


def render(jinja: Environment, template: str, **names: Any) -> bytes:
    """Return a rendered template as UTF-8."""
    return jinja.get_template(template).render(names).encode()
