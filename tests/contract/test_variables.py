"""The generator renders for Outline exactly what Outline reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.stack import Stack

CHECKOUT = Path(__file__).parents[2]
STANDIN = CHECKOUT / "tests" / "standins" / "outline" / "server" / "environment.js"
NAMES = Path(__file__).with_name("outline-1.9-variables.txt")
# Read by what Outline rests on: node itself (nodejs.org/api/cli.html) and the SDK for S3.
OTHERS = {
    "NODE_EXTRA_CA_CERTS", "AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION",
}  # fmt: skip
ELSEWHERE = {
    "AWS_S3_UPLOAD_BUCKET_URL": "https://storage.example.com",
    "AWS_ACCESS_KEY_ID": "wiki",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
}


def outline_reads() -> set[str]:
    return {line for line in NAMES.read_text().splitlines() if line and not line.startswith("#")}


def standin_reads() -> set[str]:
    return set(re.findall(r'^  \[\s*"(\w+)"', STANDIN.read_text(), re.MULTILINE))


@pytest.fixture(params=["minio", "local", "s3"])
def rendered(request: pytest.FixtureRequest, tmp_path: Path) -> set[str]:
    """The variables that the generator gives to Outline, for each kind of storage."""
    stack = Stack(folder=tmp_path / "wiki", generator=CHECKOUT)
    service = ELSEWHERE if request.param == "s3" else {}
    stack.init(ADMIN_EMAIL="admin@example.com", FILE_STORAGE=request.param, **service)
    text = (stack.folder / "env" / "outline.env").read_text()
    return set(re.findall(r"^(\w+)=", text, re.MULTILINE)) - OTHERS


def test_rendered_variables_are_among_those_that_outline_reads(rendered: set[str]) -> None:
    assert rendered
    assert rendered <= outline_reads()


def test_standin_reads_every_variable_that_is_rendered(rendered: set[str]) -> None:
    assert rendered <= standin_reads()


def test_standin_reads_nothing_that_outline_does_not() -> None:
    assert standin_reads()
    assert standin_reads() <= outline_reads()
