"""What the benchmarks measure with: programs in turn, so that a busy moment meets all of them."""

import time
import tracemalloc

import numpy as np
from tqdm import tqdm


def medians(runs, rounds, warm=0):
    """{name: seconds} of {name: function}, each called once a round, and before it `warm` times."""
    times = {name: [] for name in runs}
    for _ in tqdm(range(rounds), "rounds", leave=False, disable=None):
        for name, run in runs.items():
            for _ in range(warm):
                run()
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: float(np.median(found)) for name, found in times.items()}


def peak(run):
    """The most bytes of NumPy arrays that a call holds at a time, beyond those there before."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
