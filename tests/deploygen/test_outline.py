"""The tables of Outline's variables are what the template sets, and what Outline reads."""

import re
from pathlib import Path

from deploygen import outline
from deploygen.settings import BY_NAME
from tests.deploygen import golden

NAMES = Path(__file__).parents[1] / "contract" / "outline-1.9-variables.txt"
DECIDED = {**outline.SET, **outline.DECIDED}


def set_by_the_template() -> set[str]:
    """Return every variable that the template has of its own, in any golden folder."""
    found: set[str] = set()
    for case in golden.CASES:
        text = golden.expected(case)["env/outline.env"].decode()
        found |= set(re.findall(r"^(\w+)=", text, re.MULTILINE)) - passed_on(case)
    return found


def passed_on(case: str) -> set[str]:
    text = (golden.FOLDER / case / "config.sh").read_text(encoding="utf-8")
    return set(re.findall(r"^OUTLINE_ENV_(\w+)=", text, re.MULTILINE))


def test_what_is_refused_is_what_the_template_sets() -> None:
    assert set_by_the_template() - set(outline.DEFAULTS) == set(outline.SET)


def test_each_default_is_in_every_deployment() -> None:
    assert set(outline.DEFAULTS) <= set_by_the_template()


def test_the_tables_are_of_the_version_that_runs() -> None:
    assert BY_NAME["OUTLINE_IMAGE"].default == f"outlinewiki/outline:{outline.VERSION}"


def test_what_is_decided_elsewhere_is_not_set() -> None:
    assert not set(outline.SET) & set(outline.DECIDED)
    assert not set(outline.DEFAULTS) & set(DECIDED)


def test_who_decides_is_a_key() -> None:
    assert {key for key in DECIDED.values() if key} <= set(BY_NAME)


def test_the_known_variables_are_those_that_outline_reads() -> None:
    listed = [line for line in NAMES.read_text().splitlines() if not line.startswith("#")]

    assert {line for line in listed if line} == outline.KNOWN
    assert set(outline.DEFAULTS) | set(outline.WAYS_IN) <= outline.KNOWN


def test_the_page_names_the_defaults_with_their_values() -> None:
    page = (Path(__file__).parents[2] / "docs" / "outline-settings.md").read_text(encoding="utf-8")
    told = page.partition(" have a default of ours")[2].partition("\n\n")[0]

    assert re.findall(r"`([A-Z_]+)`", told) == list(outline.DEFAULTS)
    assert [value for value in outline.DEFAULTS.values() if f"({value}" not in told] == []
