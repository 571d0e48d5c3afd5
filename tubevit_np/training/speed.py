"""How fast this machine multiplies matrices, measured in a moment."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from tubevit_np.training.step import PARTS

SECONDS = 0.1  # of the measurement
MAX_ROWS = 2048


def product_rate(rows, width, mlp):
    """Measure the operations per second of (rows, width) @ (width, mlp), on the cores of a step.

    A multiply-add is two operations.
    """
    x, w = (np.ones(shape, np.float32) for shape in ((min(rows, MAX_ROWS), width), (width, mlp)))

    def multiply(part):
        y, count, end = x @ w, 0, time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            np.matmul(x, w, out=y)
            count += 1
        return count

    with threadpool_limits(1), ThreadPoolExecutor(PARTS) as pool:
        start = time.perf_counter()
        count = sum(pool.map(multiply, range(PARTS)))
        return 2 * count * x.size * mlp / (time.perf_counter() - start)
