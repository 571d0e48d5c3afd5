"""What runs in a process of its own: a student's cells, then one call after the other.

Requests come in by one pipe and results go out by another; what the student prints goes to a third.
Nothing that is expected is ever here, so nothing that happens here can make a wrong answer right.
It is no sandbox: files can be read and written as in any program."""

import os
import signal
import sys
import types

import course
from course.calls import answer
from course.packing import pack_reply, receive, send, unpack

MEMORY = 4 << 30  # bytes of addresses, where the system can limit them


def serve(seconds):
    """Answer until the pipe is closed;  seconds: of the processor for each answer."""
    requests, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # print and subprocesses, too
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _limit_memory()
    course.check = lambda *_, **__: None  # a cell that checks does nothing here
    student = types.ModuleType("student")
    sys.modules["student"] = student
    while data := receive(requests, MEMORY):
        _limit_time(seconds)
        send(results, pack_reply(answer(student, **unpack(data))))


def _limit_time(seconds):
    """From now on; a busy machine takes nothing off.  The process ends once they are over."""
    if hasattr(signal, "setitimer"):  # elsewhere the parent's clock is the only one
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory():
    try:
        import resource
    except ImportError:  # Windows has none
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
