"""Ctrl-C and SIGTERM during training: the step is completed and saved, then the training stops."""

import signal
import sys
import threading
from contextlib import contextmanager, suppress

from tqdm import tqdm

USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
LINES = {signal.SIGINT: "stopping after this step; press Ctrl-C again to stop at once",
         signal.SIGTERM: "SIGTERM received: stopping after this step"}


class Stopped(KeyboardInterrupt):
    """A signal has stopped the training after a checkpoint.  number: of the signal."""

    def __init__(self, number):
        super().__init__(f"stopped by {signal.Signals(number).name}, after a checkpoint")
        self.number = number


class StopSignal:
    """The signal that asks a training to stop; number: None until it arrives."""

    number = None

    @contextmanager
    def awaited(self):
        """Inside this block a signal is recorded; a Ctrl-C after it raises KeyboardInterrupt.

        A signal that is ignored, or that somebody else handles, stays so.  At its end, the block
        raises Stopped if a signal came and nothing has raised it."""
        if threading.current_thread() is not threading.main_thread():  # it alone handles signals
            yield
            return
        handled = [number for number, usual in USUAL.items() if signal.getsignal(number) == usual]
        for number in handled:
            signal.signal(number, self._record)
        try:
            yield
        finally:
            for number in handled:
                signal.signal(number, USUAL[number])
        self.check()

    def check(self):
        """Raise Stopped if a signal has arrived."""
        if self.number is not None:
            raise Stopped(self.number)

    def _record(self, number, frame):
        if self.number is None:
            self.number = number
            with suppress(OSError, RuntimeError):  # the signal may come while a line is written
                tqdm.write(LINES[number], file=sys.stderr)
        elif number == signal.SIGINT:  # a job that is cancelled may get several SIGTERM
            raise KeyboardInterrupt
