"""The deployments table in the documentation is that of the tests."""

from tests.deploygen import golden, matrix, table


def test_the_page_has_the_tables_rows() -> None:
    text = table.PAGE.read_text(encoding="utf-8")

    assert text == table.page(text), "run `python -m tests.deploygen.table`"


def test_each_row_has_a_golden_folder() -> None:
    assert {row.name for row in matrix.ROWS} <= set(golden.CASES)


def test_the_few_rows_hold_every_pair_of_values() -> None:
    def pairs(rows: tuple[matrix.Row, ...]) -> set[tuple[str, str]]:
        return {
            pair
            for row in rows
            for pair in (
                (row.tls, row.front.name),
                (row.tls, row.storage),
                (row.front.name, row.storage),
            )
        }

    assert pairs(matrix.pairwise()) == pairs(matrix.ROWS)
