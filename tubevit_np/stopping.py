"""Ctrl-C, even where Python drops it: what is raised inside a __del__ is lost."""

import signal
import threading
from contextlib import contextmanager

_asked = threading.Event()


@contextmanager
def ctrl_c_noted():
    """Within it Ctrl-C raises KeyboardInterrupt, as ever, and is remembered.  Main thread only."""
    _asked.clear()
    before = signal.signal(signal.SIGINT, _note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def check_stopped():
    """Raises KeyboardInterrupt if Ctrl-C was pressed, and the one raised then got lost."""
    if _asked.is_set():
        raise KeyboardInterrupt


def _note(number, frame):
    _asked.set()
    raise KeyboardInterrupt
