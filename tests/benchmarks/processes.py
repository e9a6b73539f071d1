"""What processes take of the machine, by proc(5)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

MIB = 1024 * 1024


def tree(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [root]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            found += map(int, _text(task).split())
    return found


def cpu(processes: Iterable[int]) -> float:
    """Return the seconds of CPU time that processes have taken, with those of ended children."""
    ticks = 0
    for process in processes:
        after_name = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
        ticks += sum(map(int, after_name[11:15]))  # utime, stime, cutime, cstime
    return ticks / os.sysconf("SC_CLK_TCK")


def pss(processes: Iterable[int]) -> int:
    """Return the proportional set size of processes, in bytes; of another user's it takes root."""
    total = 0
    for process in processes:
        for line in _text(Path(f"/proc/{process}/smaps_rollup")).splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def _text(path: Path) -> str:
    """Nothing for a process that has ended: what it took is its parent's now."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
