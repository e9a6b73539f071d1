"""docs/provider-classes.md holds each class of django-oidc-provider, and is right about it."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import oidc_provider
import pytest

import oidc_server.provider

PAGE = Path(__file__).parents[2] / "docs" / "provider-classes.md"


def classes() -> dict[str, type[Any]]:
    """By name; its migrations and its own tests aside."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(oidc_provider.__path__, "oidc_provider.")
        if not re.match(r"oidc_provider\.(migrations|tests)\b", module.name)
    ]
    return {
        name: one
        for module in modules
        for name, one in inspect.getmembers(module, inspect.isclass)
        if one.__module__ == module.__name__
    }


def verdicts() -> dict[str, str]:
    rows = re.findall(r"^\| (`.+`) \| (\w+) \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    return {name: verdict for names, verdict in rows for name in re.findall(r"`(\w+)`", names)}


def test_every_class_is_listed() -> None:
    assert verdicts().keys() == classes().keys()


@pytest.mark.parametrize(("name", "verdict"), verdicts().items())
def test_a_class_is_overridden_where_it_says_so(name: str, verdict: str) -> None:
    for module in pkgutil.walk_packages(oidc_server.provider.__path__, "oidc_server.provider."):
        importlib.import_module(module.name)

    ours = [
        one for one in classes()[name].__subclasses__() if one.__module__.startswith("oidc_server.")
    ]

    assert bool(ours) == (verdict == "overridden")
