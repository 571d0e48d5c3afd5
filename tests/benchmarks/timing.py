"""What the benchmarks measure with: programs in turn, so that a busy moment meets all of them."""

import time
import tracemalloc
from functools import partial

import numpy as np
from tqdm import tqdm


def medians(runs, rounds, warm=0):
    """{name: seconds} of {name: function}, each called once a round, and before it `warm` times."""
    return {name: seconds for name, (seconds, _) in both_medians(runs, rounds, warm).items()}


def both_medians(runs, rounds, warm=0):
    """The same by the clock and of the processor, which is fair where others use it: {name: (2,)}.
    """
    times = {name: [] for name in runs}
    for _ in tqdm(range(rounds), "rounds", leave=False, disable=None):
        for name, run in runs.items():
            for _ in range(warm):
                run()
            times[name].append(timed(run)[0])
    return {name: np.median(found, axis=0).tolist() for name, found in times.items()}


def timed(run):
    """(seconds by the clock, of the processor), and what it returns."""
    start = time.perf_counter(), time.process_time()
    result = run()
    return (time.perf_counter() - start[0], time.process_time() - start[1]), result


def seconds(run, *arguments):
    """Seconds that a call takes by the clock."""
    return timed(partial(run, *arguments))[0][0]


def peak(run):
    """The most bytes of NumPy arrays that a call holds at a time, beyond those there before."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
