"""Jinja, strict: an undefined name is an error, and values are escaped by their format."""

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, compiler
from jinja2.bccache import Bucket

from deploygen.generate.escaping import ESCAPERS

# What pickle may raise for a file that was cut off, as where the machine lost power.
_DAMAGED = (UnpicklingError, EOFError, ValueError, IndexError, AttributeError, ImportError)


class _Compiled(FileSystemBytecodeCache):
    """Keeps compiled templates where Python keeps the bytecode of this module.

    They are code, but nobody is trusted anew: whoever may write there decides already what this
    module does.
    """

    def __init__(self) -> None:
        own = Path(cache_from_source(__file__))
        super().__init__(str(own.parent), f"{own.stem}-%s.jinja")
        # The options below are this file's; another Jinja may make something else of a template.
        made_by = [Path(file).stat() for file in (__file__, compiler.__file__)]
        self._made_by = str([(file.st_mtime_ns, file.st_size) for file in made_by])

    def get_cache_key(self, name: str, _filename: str | None = None) -> str:
        """Return what a template is kept as, wherever it is: there is one of a name."""
        return super().get_cache_key(name)

    def get_source_checksum(self, source: str) -> str:
        """Return what tells a template that has to be compiled again."""
        return super().get_source_checksum(self._made_by + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Have what is kept, if it can be read and is whole."""
        try:
            super().load_bytecode(bucket)
        except (OSError, *_DAMAGED):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, if that may be: who runs deploygen need not own it."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


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
        bytecode_cache=_Compiled(),
    )
    jinja.filters.clear()
    jinja.filters.update(ESCAPERS)
    return jinja


def render(jinja: Environment, template: str, **names: Any) -> bytes:
    """Return a rendered template as UTF-8."""
    return jinja.get_template(template).render(names).encode()
