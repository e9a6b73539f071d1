"""Parts of libraries that serving loads and has no use for: 2 MiB of memory."""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

_NAMES = (
    "importlib.metadata",  # gunicorn's, for applications that are named by their entry points
    "sqlparse",  # Django's, for migrations of SQL
    "cryptography.x509",  # PyJWT's, for keys in certificates
)


def load_when_used() -> None:
    """Have each loaded by whoever asks it for something first.

    The standard library's `LazyLoader` loads a module as soon as a second one imports it.
    """
    for name in _NAMES:
        if name not in sys.modules:
            sys.modules[name] = _StandIn(name)


class _StandIn(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = importlib.util.find_spec(name)

    def __getattr__(self, attribute: str) -> Any:
        name = self.__name__
        if sys.modules.get(name) is self:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)
