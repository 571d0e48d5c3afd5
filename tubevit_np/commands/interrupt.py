"""Ctrl-C: none is lost, and the last line tells how to continue.

Python drops an exception raised inside a __del__. tinygrad has such a __del__, and calls it often
while it compiles."""

import _thread
import shlex
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from tubevit_np.runs.run_folder import MODEL, newest_checkpoint, step_of

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


def way_on(options):
    """How to continue a command that was stopped, if that is possible, for its last line."""
    command = getattr(getattr(options, "command", None), "__name__", "")
    if command == "ablate" or getattr(options, "seeds", None):
        return "; continue with the same command"
    if command != "train":
        return ""
    folder = Path(options.resume or options.out)
    if not (folder / "config.json").exists():  # there is nothing to continue
        return ""
    typed, place = options.prog, shlex.quote(str(folder))
    if (folder / MODEL).exists():
        return f"; the training has ended; evaluate the model with: {typed} evaluate {place}"
    newest = newest_checkpoint(folder)
    state = (f"step {step_of(newest)} is saved; continue" if newest else
             "nothing is saved yet; begin again at step 0")
    return f"; {state} with: {typed} train --resume {place}"
