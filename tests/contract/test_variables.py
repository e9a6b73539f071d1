"""The generator renders for Outline exactly what Outline reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.stack import Stack

CHECKOUT = Path(__file__).parents[2]
STANDIN = CHECKOUT / "tests" / "standins" / "outline" / "server" / "environment.js"
NAMES = Path(__file__).with_name("outline-1.9-variables.txt")
# Read by what runs Outline, not by Outline: node itself (nodejs.org/api/cli.html).
NODES_OWN = {"NODE_EXTRA_CA_CERTS"}


def outline_reads() -> set[str]:
    return {line for line in NAMES.read_text().splitlines() if line and not line.startswith("#")}


@pytest.mark.parametrize("storage", ["minio", "local"])
def test_rendered_variables_are_among_those_that_outline_reads(
    storage: str, tmp_path: Path
) -> None:
    stack = Stack(folder=tmp_path / "wiki", generator=CHECKOUT)

    stack.init(ADMIN_EMAIL="admin@example.com", FILE_STORAGE=storage)

    text = (stack.folder / "env" / "outline.env").read_text()
    rendered = set(re.findall(r"^(\w+)=", text, re.MULTILINE))
    assert rendered - NODES_OWN <= outline_reads()


def test_standin_reads_nothing_that_outline_does_not() -> None:
    declared = set(re.findall(r'^  \["(\w+)"', STANDIN.read_text(), re.MULTILINE))

    assert declared
    assert declared <= outline_reads()


@pytest.mark.parametrize("storage", ["minio", "local"])
def test_standin_reads_every_variable_that_is_rendered(storage: str, tmp_path: Path) -> None:
    stack = Stack(folder=tmp_path / "wiki", generator=CHECKOUT)

    stack.init(ADMIN_EMAIL="admin@example.com", FILE_STORAGE=storage)

    text = (stack.folder / "env" / "outline.env").read_text()
    rendered = set(re.findall(r"^(\w+)=", text, re.MULTILINE))
    declared = set(re.findall(r'^  \["(\w+)"', STANDIN.read_text(), re.MULTILINE))
    assert rendered - NODES_OWN <= declared
