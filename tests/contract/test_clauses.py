"""The table of clauses is whole: it points at code that exists, and misses none of the stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.clauses import CLAUSES, Clause

STANDIN = Path(__file__).parents[1] / "standins" / "outline" / "server"


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.name)
def test_clause_names_code_that_exists(clause: Clause) -> None:
    file, _, name = clause.standin.partition(":")

    assert name in (STANDIN / file).read_text()


def test_each_clause_has_a_name_of_its_own() -> None:
    names = [clause.name for clause in CLAUSES]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.name)
def test_each_clause_can_be_broken_or_says_why_not(clause: Clause) -> None:
    assert bool(clause.breaches) != bool(clause.unbreakable)


def test_each_module_of_the_standin_is_there_for_a_clause_or_what_clauses_need() -> None:
    supporting = {
        "api/index.js", "api/users.js", "assets.js", "control.js", "errors.js", "index.js",
        "mailer.js", "pages.js", "rules.js", "storage/index.js", "views.js",
    }  # fmt: skip
    modules = {path.relative_to(STANDIN).as_posix() for path in STANDIN.rglob("*.js")}
    named = {clause.standin.partition(":")[0] for clause in CLAUSES}

    assert modules - named == supporting
