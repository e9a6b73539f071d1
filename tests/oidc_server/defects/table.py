"""The table of the defects, out of the reports of two runs of their tests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_SECTIONS = {"500": 12, "protocol": 13}  # after the numbered ones
_WIDEST = 40


@dataclass(frozen=True, kw_only=True)
class _Result:
    name: str
    number: str
    source: str
    found: str
    outcome: str


def table(stock: Path, ours: Path) -> str:
    """Number, what is right, what stock does instead, and whether ours is right: in plain text.

    On stock the tests are inverted: one that passes has shown the defect.
    """
    of_ours = {result.name: result for result in _results(ours)}
    rows = [("", "what is right", "stock", "ours", "source")]
    for result in sorted(_results(stock), key=_place):
        other = of_ours.pop(result.name, None)
        shown = result.number and result.outcome == "passed"
        rows.append(
            (
                result.number or "?",
                _sentence(result.name),
                f"fails: {_cut(_what_came(result.found))}" if shown else "NOT SHOWN",
                "holds" if other and other.outcome == "passed" else "FAILS",
                result.source,
            )
        )
    rows += [("?", _sentence(name), "NOT RUN", "", "") for name in of_ours]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    failing = sum(row[3] == "holds" and row[2].startswith("fails") for row in rows)
    return "\n".join([*lines, f"{failing} of {len(rows) - 1} fail on stock and hold on ours", ""])


def _results(report: Path) -> Iterator[_Result]:
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 # pytest wrote it just now
        told = {one.get("name"): one.get("value", "") for one in case.iter("property")}
        bad = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        yield _Result(
            name=case.get("name", ""),
            number=told.get("number", ""),
            source=told.get("source", ""),
            found=told.get("found", ""),
            outcome=bad[0] if bad else "passed",
        )


def _place(result: _Result) -> int:
    return _SECTIONS.get(result.number) or int(result.number or 0)


def _sentence(name: str) -> str:
    """`test_x_is_refused[y]` as `x is refused (y)`."""
    text, _, parameter = name.removeprefix("test_").removesuffix("]").partition("[")
    return text.replace("_", " ") + (f" ({parameter})" if parameter else "")


def _what_came(found: str) -> str:
    """`200 == 401` as what it says of an answer."""
    return re.sub(r"^(\d+) (==|in) ", r"\1 instead of ", found)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
