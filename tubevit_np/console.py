"""Printing that cannot stop a command: unknown letters, a reader that stops early, no output."""

import os
import sys
from contextlib import contextmanager


@contextmanager
def safe_output():
    """Print letters that the output lacks as escapes; end quietly if nobody reads the output."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            if sys.stdout:  # None if it was closed
                sys.stdout.flush()
    except BrokenPipeError:  # as in `info | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
