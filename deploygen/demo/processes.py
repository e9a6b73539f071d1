"""Child processes that end with this one, however it ends."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_POLL = 0.02  # seconds
_GRACE = 5.0  # seconds between asking and killing
_TAIL_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, where, and where its output goes: appended to `log`, else to our stderr."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path | None = None
    sockets: tuple[socket.socket, ...] = ()


class Child:
    """A running command, in a process group of its own.

    So Ctrl-C reaches us alone and we stop it in order. Should we be killed, the kernel tells it.
    """

    def __init__(self, command: Command) -> None:
        output = os.dup(2) if command.log is None else _open_log(command.log)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands, without a shell
                command.arguments,
                env=dict(command.environment),
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[each.fileno() for each in command.sockets],
                start_new_session=True,
                umask=0o077,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - no thread runs in this process
            )
        finally:
            os.close(output)

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return None while it runs; a negative number is the signal that ended it.

        It is not waited for yet: so its number, which is its group's, can't become another's.
        """
        if self._process.returncode is not None:
            return self._process.returncode
        state = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if state is None:
            return None
        return state.si_status if state.si_code == os.CLD_EXITED else -state.si_status

    def stop(self) -> None:
        """Ask it to end, then kill what is left of its group. Returns when it has ended."""
        if self._process.returncode is not None:
            return
        if self.exit_code() is None:
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while self.exit_code() is None and time.monotonic() < deadline:
            time.sleep(_POLL)
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def tail(log: Path) -> str:
    """Return the last lines of a log, indented, to be quoted in a message."""
    with suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_TAIL_LINES:])
    return ""


def _open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_for_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return ask_for_signal
