"""What processes take of the machine, by proc(5)."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

MIB = 1024 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")


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


def resident(processes: Iterable[int]) -> int | None:
    """Return what the pages of processes come to, each counted once, in bytes.

    It is what their proportional set size would be if nobody else used the same files, as in a
    container with an image of its own. Page numbers are told to root only: None to others.
    """
    pages: set[int] = set()
    for process in processes:
        pages.update(_pages(process))
    return None if pages <= {0} else len(pages) * PAGE


def _pages(process: int) -> Iterator[int]:
    """Page frame numbers, by Documentation/admin-guide/mm/pagemap.rst of Linux."""
    present, number = 1 << 63, (1 << 55) - 1
    with Path(f"/proc/{process}/pagemap").open("rb") as pagemap:
        for mapping in _text(Path(f"/proc/{process}/maps")).splitlines():
            addresses, *_, name = mapping.split(maxsplit=5)
            if name.startswith(("[vsyscall]", "[vdso]", "[vvar")):
                continue
            begin, end = (int(address, 16) // PAGE for address in addresses.split("-"))
            pagemap.seek(begin * 8)
            for (entry,) in struct.iter_unpack("=Q", pagemap.read((end - begin) * 8)):
                if entry & present:
                    yield entry & number


def _text(path: Path) -> str:
    """Nothing for a process that has ended: what it took is its parent's now."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
