"""Ctrl-C, even where Python drops it: what is raised inside a __del__ is lost.

tinygrad has such a __del__, and calls it often while it compiles."""

import _thread
import sys
import threading
from contextlib import contextmanager

AGAIN = 0.1  # seconds, by which the __del__ has ended


@contextmanager
def ctrl_c_kept():
    """Within it a KeyboardInterrupt that is lost is raised again a moment later."""
    before = sys.unraisablehook

    def lost(unraisable):
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Timer(AGAIN, _thread.interrupt_main).start()
        else:
            before(unraisable)

    sys.unraisablehook = lost
    try:
        yield
    finally:
        sys.unraisablehook = before
