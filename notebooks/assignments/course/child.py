"""Run a student's cells in a separate process, and then call their functions.

Requests arrive through one pipe and results leave through a second one; output of print goes to a
third.  This process never gets the expected results, so no code in it can make a wrong answer look
correct.  It is not a sandbox: student code can read and write files."""

import os
import signal
import sys
import types

import course
from course.calls import answer
from course.packing import pack_reply, receive, send, unpack

MEMORY = 4 << 30  # bytes of address space, if the system can limit it


def serve(seconds):
    """Answer requests until the pipe is closed;  seconds: processor time for each request."""
    requests, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # also output of subprocesses
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _limit_memory()
    course.check = lambda *_, **__: None  # a cell that checks does nothing here
    student = types.ModuleType("student")
    sys.modules["student"] = student
    while data := receive(requests, MEMORY):
        _limit_time(seconds)
        send(results, pack_reply(answer(student, **unpack(data))))


def _limit_time(seconds):
    """Kill this process after `seconds` of processor time from now; waiting does not count."""
    if hasattr(signal, "setitimer"):  # on Windows only the parent limits the time
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory():
    try:
        import resource
    except ImportError:  # Windows has none
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
