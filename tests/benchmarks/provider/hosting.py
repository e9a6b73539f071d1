"""Running others' servers: a program that listens on a port, in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.rig.machine import RigError

_PATIENCE = 60  # seconds


@contextmanager
def listening(
    command: Sequence[str | Path], port: int, folder: Path, variables: Mapping[str, str]
) -> Iterator[int]:
    """Have a program listen on a port; yield its process."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, log)
        yield process.pid
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def inherited() -> dict[str, str]:
    """Nothing of our own environment but what finds programs and their libraries."""
    names = ("PATH", "HOME", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in names if name in os.environ}


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise RigError(f"{process.args!r} does not listen:\n{log.read_text()}") from None
            time.sleep(0.1)
        else:
            return
