"""Timing of programs in turn, so that a busy moment of the machine affects all of them."""

import time
import tracemalloc
from functools import partial

import numpy as np
from tqdm import tqdm


def medians(runs, rounds, warm=0):
    """Return {name: median seconds} of {name: function}; each round calls `warm` times untimed."""
    return {name: seconds for name, (seconds, _) in both_medians(runs, rounds, warm).items()}


def both_medians(runs, rounds, warm=0):
    """Return {name: [wall time, processor time]}; the latter is fair on a busy machine."""
    times = {name: [] for name in runs}
    for _ in tqdm(range(rounds), "rounds", leave=False, disable=None):
        for name, run in runs.items():
            for _ in range(warm):
                run()
            times[name].append(timed(run)[0])
    return {name: np.median(pairs, axis=0).tolist() for name, pairs in times.items()}


def timed(run):
    """Return (wall time, processor time) of a call in seconds, and its result."""
    start = time.perf_counter(), time.process_time()
    result = run()
    return (time.perf_counter() - start[0], time.process_time() - start[1]), result


def seconds(run, *arguments):
    """Return the wall time of a call in seconds."""
    return timed(partial(run, *arguments))[0][0]


def peak(run):
    """Return the peak bytes of NumPy arrays that a call allocates."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
