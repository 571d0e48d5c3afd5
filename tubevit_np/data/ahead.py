"""Batches made while the model still works on the last ones."""

import multiprocessing
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

DEPTH = 4  # batches in flight; each is a few megabytes


@contextmanager
def ahead(sources, counts, steps):
    """An iterator over joint batches, [one of each source], for the given step numbers.

    Generated clips are made in a process of their own: they need many small NumPy calls, which in
    a thread would hold up the training's own.  Files are in memory already."""
    if not any(source.slow for source in sources):
        yield (_joint(sources, counts, step) for step in steps)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, context, _remember, (sources, counts))
    try:
        yield _in_order(pool, steps)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_order(pool, steps):
    waiting = deque()
    for step in steps:
        waiting.append(pool.submit(_remembered, step))
        if len(waiting) > DEPTH:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _joint(sources, counts, step):
    return [source.batch(step, count) for source, count in zip(sources, counts, strict=True)]


def _remember(sources, counts):
    global _worker
    _worker = sources, counts


def _remembered(step):
    return _joint(*_worker, step)
