"""Ctrl-C that Python would drop: an exception raised inside a __del__ is lost.

tinygrad has such a __del__, and calls it often while it compiles."""

import _thread
import sys
import threading
from contextlib import contextmanager

AGAIN = 0.1  # seconds; by then the __del__ has ended


@contextmanager
def ctrl_c_kept():
    """Inside this block, a lost KeyboardInterrupt is raised again after a moment."""
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
