"""The threads of a process that decode and augment files."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

processes = 1  # that decode at the same time: each uses its part of the cores


@cache
def thread_pool():
    """One thread pool per process; decoders and Pillow release Python's lock."""
    return ThreadPoolExecutor(max(1, os.cpu_count() // processes))
