"""Numbers that only grow, told in Prometheus' text format.

Its client library takes 2.6 MiB of memory for what is a screenful here.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from threading import Lock

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Counter:
    """How often something happened, for each combination of what its labels were.

    The values of labels are names of ours, and need no escaping.
    """

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._lock = Lock()
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, *values: str, times: int = 1) -> None:
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + times

    def lines(self) -> Iterator[str]:
        yield from _head(self._name, self._meaning, "counter")
        for values, count in sorted(self._counts.copy().items()):
            yield _line(self._name, zip(self._labels, values, strict=True), count)


class Durations:
    """How long something took, for each value of its label: as a histogram in seconds."""

    def __init__(self, name: str, meaning: str, label: str) -> None:
        self._name, self._meaning, self._label = name, meaning, label
        self._lock = Lock()
        # For each of `_SECONDS` how many took up to that and longer than the one before, then how
        # many took longer than the last.
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def add(self, value: str, seconds: float) -> None:
        with self._lock:
            counts = self._counts.setdefault(value, [0] * (len(_SECONDS) + 1))
            counts[bisect_left(_SECONDS, seconds)] += 1
            self._sums[value] = self._sums.get(value, 0.0) + seconds

    def lines(self) -> Iterator[str]:
        yield from _head(self._name, self._meaning, "histogram")
        with self._lock:
            taken = [(value, [*self._counts[value]], self._sums[value]) for value in self._counts]
        for value, counts, total in sorted(taken):
            label = (self._label, value)
            up_to = 0
            for bound, count in zip((*_SECONDS, "+Inf"), counts, strict=True):
                up_to += count
                yield _line(f"{self._name}_bucket", [label, ("le", str(bound))], up_to)
            yield _line(f"{self._name}_sum", [label], total)
            yield _line(f"{self._name}_count", [label], up_to)


def gauge(name: str, meaning: str, value: float, kind: str = "gauge") -> Iterator[str]:
    """What is known only when it is asked for."""
    yield from _head(name, meaning, kind)
    yield _line(name, [], value)


def _head(name: str, meaning: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Iterable[tuple[str, str]], value: float) -> str:
    text = ",".join(f'{label}="{value}"' for label, value in labels)
    return f"{name}{{{text}}} {value}" if text else f"{name} {value}"
