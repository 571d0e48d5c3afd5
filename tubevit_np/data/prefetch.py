"""Batches made while the model still works on the last one."""

import multiprocessing
import signal
import warnings
from contextlib import contextmanager, suppress

from tqdm import tqdm


@contextmanager
def ahead(joint, steps):
    """An iterator over joint(step) for the given step numbers; joint: see joint.py.

    What is slow, generated clips and files decoded as training goes, is made in a process of its
    own: many small calls in a thread would hold up the training's own.  Other files are in memory
    already."""
    if not joint.slow:
        yield map(joint, steps)
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    maker = context.Process(target=_make, args=(theirs,), daemon=True)
    with _ctrl_c_later():
        maker.start()
    theirs.close()  # the maker holds the only other end: whichever dies, the other one notices
    try:
        _talk(ours.send, (joint, steps))
        yield (_received(ours) for _ in steps)
    finally:
        maker.terminate()
        maker.join()
        ours.close()


@contextmanager
def _ctrl_c_later():
    """A process that starts within it never hears Ctrl-C, not even while it imports; this one
    hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _received(pipe):
    said, made = _talk(pipe.recv)
    if said:
        with tqdm.external_write_mode():  # not behind a progress bar
            for text in said:
                warnings.warn(text)
    if isinstance(made, Exception):
        raise made
    return made


def _talk(call, *args):
    try:
        return call(*args)
    except (EOFError, OSError):
        raise ValueError("the process that makes clips has ended; in a script of your own, train "
                         'below: if __name__ == "__main__"') from None


def _make(pipe):
    """Make a batch, wait until the last one is taken, send it, and so on.

    With it goes what is to be said: the training process has its own way of saying it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the training process to handle
    said = []
    warnings.showwarning = lambda message, *_, **__: said.append(str(message))
    with suppress(EOFError, OSError):  # it was killed
        joint, steps = pipe.recv()
        for step in steps:
            try:
                made = joint(step)
            except (ValueError, MemoryError) as error:
                made = error
            pipe.send((said, made))
            said.clear()
