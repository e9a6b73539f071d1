"""Signals that ask to stop, noted instead of obeyed, so that nothing is left half done."""

import signal
import time
from types import FrameType, TracebackType
from typing import Self

from deploygen.errors import UserError
from deploygen.language import _

_POLL = 0.05  # seconds


class Interruption:
    """While entered, SIGINT, SIGTERM and SIGHUP only set `requested`.

    An exception out of a signal handler could strike between starting a process and knowing of it;
    a flag that the waiting loops look at can't.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before = signal.getsignal(number)
            if number == signal.SIGHUP and before == signal.SIG_IGN:
                continue  # started by nohup: closing the terminal is no reason to stop
            self._before[number] = before
            signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True

    def pause(self) -> None:
        """Let a moment pass. Raises UserError when asked to stop: nothing is ready yet."""
        time.sleep(_POLL)
        if self.requested:
            raise UserError(_("stopped before the demo was ready"))
