"""The table of docs/deployments.md, made from the matrix of tests. Written again by::

python -m tests.deploygen.table
"""

from __future__ import annotations

from pathlib import Path

from tests.deploygen import matrix
from tests.deploygen.matrix import FRONTS, STORAGES, Front

PAGE = Path(__file__).parents[2] / "docs" / "deployments.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
_TLS = {
    "off": "nowhere (`TLS=off`)",
    "acme": "in the gateway (`TLS=acme`)",
    "files": "in the gateway (`TLS=files`)",
    "proxy": "in front (`TLS=proxy`)",
}


def table() -> str:
    """Return the table in Markdown: a line for each kind of chain, a column for each storage."""
    head = ["TLS ends", "in front of the gateway", "proxies"]
    head += [f"`FILE_STORAGE={storage}`" for storage in STORAGES]
    lines = [head, ["---"] * len(head)]
    lines += [_line(tls, front) for tls, fronts in FRONTS.items() for front in fronts]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page(text: str) -> str:
    """Return the page ``text`` with the table that belongs there."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _line(tls: str, front: Front) -> list[str]:
    chosen = {(row.tls, row.front, row.storage): row for row in matrix.ROWS}
    early = matrix.pairwise()
    cells = []
    for storage in STORAGES:
        row = chosen[tls, front, storage]
        folder = f"../tests/deploygen/golden/{row.name}"
        cells.append(f"[{'often' if row in early else 'full'}]({folder}/config.sh)")
    return [_TLS[tls], front.text, str(front.proxies), *cells]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
