"""Prefetching: a worker process makes the next batch while the model trains on the last one."""

import multiprocessing
import signal
import warnings
from contextlib import contextmanager, suppress

from tqdm import tqdm


@contextmanager
def prefetch(joint, steps):
    """A context manager: yields an iterator over joint(step) for the step numbers in `steps`.

    joint: a Joint, see joint.py.  If a source is slow (generated clips, files decoded on the fly),
    a worker process makes the batches: in a thread, its many small calls would slow down training.
    Otherwise this process makes them.  Warnings of the worker are issued again here.  The iterator
    raises errors of the sources, and ValueError if the worker ends early."""
    if not joint.slow:
        yield map(joint, steps)
        return
    context = multiprocessing.get_context("spawn")
    pipe, worker_pipe = context.Pipe()
    worker = context.Process(target=_make_batches, args=(worker_pipe,), daemon=True)
    with _block_interrupts():
        worker.start()
    worker_pipe.close()  # the worker holds the only other end: each detects the other's exit
    try:
        _call_pipe(pipe.send, (joint, steps))
        yield (_receive(pipe) for _ in steps)
    finally:
        worker.kill()  # it ignores SIGTERM
        worker.join()
        pipe.close()


@contextmanager
def _block_interrupts():
    """A process started inside this block ignores Ctrl-C and SIGTERM, also while it imports.

    They may reach all processes of a training, but the training process needs batches until it has
    written its checkpoint.  It receives them after the block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive(pipe):
    """The worker's next batch; issues its warnings and raises its error."""
    messages, batch = _call_pipe(pipe.recv)
    if messages:
        with tqdm.external_write_mode():  # not behind a progress bar
            for text in messages:
                warnings.warn(text)
    if isinstance(batch, Exception):
        raise batch
    return batch


def _call_pipe(call, *args):
    """call(*args) on a pipe.  Raises ValueError if the worker has ended."""
    try:
        return call(*args)
    except (EOFError, OSError):
        raise ValueError("the worker process that makes batches has ended; your own script must "
                         'call train inside a block if __name__ == "__main__":') from None


def _make_batches(pipe):
    """The worker process: make a batch, wait until the last one is taken, send it, and so on.

    Each message is (warnings since the last message, the batch or the error)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the training process handles them
    messages = []
    warnings.showwarning = lambda message, *_, **__: messages.append(str(message))
    with suppress(EOFError, OSError):  # the training process has ended
        joint, steps = pipe.recv()
        for step in steps:
            try:
                batch = joint(step)
            except (ValueError, MemoryError) as error:
                batch = error
            pipe.send((messages, batch))
            messages.clear()
