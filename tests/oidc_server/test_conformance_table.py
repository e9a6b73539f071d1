"""docs/conformance.md names the tests that there are."""

import re
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_table_lists_every_test_of_a_module_and_no_other() -> None:
    table = (_REPOSITORY / "docs/conformance.md").read_text()
    tests = Path(__file__).with_name("test_conformance.py").read_text()

    listed = set(re.findall(r"\| `(test_\w+)` \|$", table, re.MULTILINE))

    assert listed == set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE))
