"""Real demos, started and stopped by tests, and what is left of them."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0  # seconds


@dataclass
class Demo:
    """A demo that said it is ready, in `--json`."""

    process: subprocess.Popen[str]
    line: str

    @property
    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.line)
        return answer

    def family(self) -> set[int]:
        return {self.process.pid, *descendants(self.process.pid)}

    def finish(self) -> tuple[int, str, str]:
        """Return exit code, what else came on stdout, and stderr; it must be ending by now."""
        rest, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, rest, errors


class Machine:
    """Where demos run: nothing they write lands outside `place`, and all are ended at the end."""

    def __init__(self, place: Path) -> None:
        self.temporary = place / "tmp"
        self.cache = place / "cache"
        self.elsewhere = place / "elsewhere"
        for folder in (self.temporary, self.cache, self.elsewhere):
            folder.mkdir()
        self.command = [sys.executable, "-m", "deploygen"]
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "TMPDIR": str(self.temporary),
            "XDG_CACHE_HOME": str(self.cache),
        }
        self._started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=PATIENCE)

    def launch(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            # The tests may run under nohup, which every child would inherit.
            ["env", "--default-signal=HUP", *self.command, "demo", *words],
            cwd=self.elsewhere,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def start(self, *words: str, patience: float = PATIENCE) -> Demo:
        process = self.launch("--json", *words)
        assert process.stdout is not None
        line = _first_line(process.stdout, patience)
        if not line:
            process.terminate()
            raise AssertionError(f"no demo: {process.communicate(timeout=PATIENCE)}")
        return Demo(process, line)

    def fail(self, *words: str) -> tuple[int, str, str]:
        """Run a demo that must end by itself; return exit code, stdout and stderr."""
        process = self.launch(*words)
        out, errors = process.communicate(timeout=PATIENCE)
        return process.returncode, out, errors

    def left_behind(self) -> list[str]:
        return sorted(path.name for path in self.temporary.iterdir())


def eventually(is_so: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def all_gone(pids: set[int]) -> bool:
    return eventually(lambda: not any(_is_alive(pid) for pid in pids))


def descendants(pid: int) -> set[int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            parents[int(folder.name)] = int(stat[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def interrupt(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> None:
    """Signal the whole group, as a terminal does."""
    os.killpg(process.pid, number)


def _is_alive(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[0] != "Z"  # where nobody reaps orphans, they stay as Z


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the state on; see proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None


def _first_line(stream: IO[str], seconds: float) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return stream.readline() if selector.select(seconds) else ""
