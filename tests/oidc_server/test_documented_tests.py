"""The documents name tests that there are."""

import re
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


def names_in(path: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE))


def test_the_table_of_conformance_lists_every_test_of_a_module_and_no_other() -> None:
    table = (DOCS / "conformance.md").read_text()

    listed = set(re.findall(r"\| `(test_\w+)` \|$", table, re.MULTILINE))

    assert listed == names_in(HERE / "test_conformance.py")


def test_every_item_of_security_is_shown_by_a_test() -> None:
    table = (DOCS / "security.md").read_text()
    rows = [row for row in table.splitlines() if row.startswith("| ") and "shown by" not in row]

    named = [re.findall(r"`([\w/]+\.py)::(test_\w+)`", row.rpartition("|")[0]) for row in rows]

    assert all(named)
    missing = [
        f"{file}::{name}"
        for tests in named
        for file, name in tests
        if name not in names_in(HERE / file)
    ]
    assert not missing
