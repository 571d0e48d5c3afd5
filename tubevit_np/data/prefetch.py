"""Prefetching: worker processes make the next batches while the model trains on the last one."""

import multiprocessing
import signal
import warnings
from contextlib import contextmanager, suppress

from tqdm import tqdm

from tubevit_np.data import threads
from tubevit_np.data.shared_memory import pack, shared_memories, unpack

NO_MAIN = ("; if you start the training from your own script, call train inside a block "
           'if __name__ == "__main__":')
NO_MEMORY = ("; most likely, the computer had too little memory: use a smaller --batch, --size or "
             "--memory, or fewer --loaders")
CRASHED = "; perhaps a damaged file has crashed the program that decodes it"


@contextmanager
def prefetch(joint, steps, num_bytes=0, loaders=1):
    """A context manager: yields an iterator over joint(step) for the step numbers in `steps`.

    joint: a Joint, see joint.py.  If a source is slow (generated clips, files decoded on the fly),
    worker processes make the batches: in a thread, their many small calls would slow down training.
    Otherwise this process makes them.  num_bytes: of the pixels of one batch, which then travel
    through shared memory; a batch is valid until the next one is taken.  loaders: number of
    processes; the batches are the same for any number.  Warnings of the workers are issued again
    here.  The iterator raises errors of the sources, and ValueError if a worker ends early."""
    if not joint.slow:
        yield map(joint, steps)
        return
    workers, count = [], min(loaders, len(steps))
    try:
        for _ in range(count):
            workers.append(Worker(num_bytes, count))
        for k, worker in enumerate(workers):
            worker.begin(joint, steps[k::count])
        yield (workers[k % count].take() for k in range(len(steps)))
    finally:
        for worker in workers:
            worker.end()


class Worker:
    """A process that makes the batches of some steps, always one ahead."""

    def __init__(self, num_bytes, processes):
        # The process writes into one memory while the last batch, in the other, is in use.
        self.memories, self.taken = shared_memories(2, num_bytes) if num_bytes else [], 0
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self.process = context.Process(target=make_batches, daemon=True,
                                       args=(other_end, self.memories, processes))
        with block_interrupts():
            self.process.start()
        other_end.close()  # the worker holds the only other one: each detects the other's exit

    def begin(self, joint, steps):
        """Let the process make joint(step) for these steps."""
        self._call(self.pipe.send, (joint, steps))

    def take(self):
        """The next batch; issues the worker's warnings and raises its error."""
        self._call(self.pipe.send, "next")
        remarks, message = self._call(self.pipe.recv)
        if remarks:
            with tqdm.external_write_mode():  # not behind a progress bar
                for text in remarks:
                    warnings.warn(text)
        if isinstance(message, Exception):
            raise message
        self.taken += 1
        return unpack(message, memory_of(self.memories, self.taken - 1))

    def end(self):
        """End the process; it ignores SIGTERM."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _call(self, call, *args):
        """call(*args) on the pipe.  Raises ValueError, with the cause, if the worker has ended."""
        try:
            return call(*args)
        except (EOFError, OSError):
            self.process.join()
            raise ValueError("the worker process that makes batches has ended "
                             + why_ended(self.process.exitcode, begun=self.taken > 0)) from None


def why_ended(code, begun):
    """The exit code of a worker in words, and what to do.  begun: whether it has made a batch."""
    if code >= 0:
        return f"with exit code {code}" + ("" if begun else NO_MAIN)
    name = signal.Signals(-code).name
    return f"by {name} (exit code {code})" + (NO_MEMORY if name == "SIGKILL" else CRASHED)


def memory_of(memories, number):
    """The memory of a worker's batch number 0, 1, ...; None without shared memory."""
    return memories[number % len(memories)] if memories else None


@contextmanager
def block_interrupts():
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


def make_batches(pipe, memories, processes):
    """The worker process: make a batch, wait until it is asked for, send it, and so on.

    Each message is (warnings since the last message, the packed batch or the error)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the training process handles them
    threads.processes, remarks = processes, []
    warnings.showwarning = lambda message, *_, **__: remarks.append(str(message))
    with suppress(EOFError, OSError):  # the training process has ended
        joint, steps = pipe.recv()
        for number, step in enumerate(steps):
            try:
                message = pack(joint(step), memory_of(memories, number))
            except (ValueError, MemoryError) as error:
                message = error
            pipe.recv()
            pipe.send((remarks, message))
            remarks.clear()
