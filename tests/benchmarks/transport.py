"""How batches travel from a worker process: through a pipe, and through shared memory.

OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.transport --gigabytes 0.25    # a minute
OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.transport --data videos/      # a minute

Without --data, the worker has each batch ready, so that only its way is timed. With --data, one and
two processes (--loaders) decode the videos. Both ways in turn, medians of seven batches."""

import argparse
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tubevit_np.data.datasets.in_memory import open_files
from tubevit_np.data.joint import Joint
from tubevit_np.data.prefetch import prefetch
from tubevit_np.runs.recipe import Recipe

TIMES = 7


@dataclass
class Ready:
    """A source whose batches take no time to make."""

    num_bytes: int
    slow = True

    def batch(self, step, count):
        if not hasattr(self, "pixels"):
            self.pixels = np.random.default_rng(step).integers(0, 256, self.num_bytes, np.uint8)
        return self.pixels


def seconds(*ways):
    """Return the median time of a batch for each (joint, num_bytes, loaders), in turn."""
    times = [[] for _ in ways]
    for _ in range(3):
        for found, (joint, num_bytes, loaders) in zip(times, ways, strict=True):
            with prefetch(joint, range(TIMES + 2 * loaders), num_bytes, loaders) as batches:
                for _ in range(2 * loaders):  # the processes start; then each is one ahead
                    next(batches)
                for _ in range(TIMES):
                    begin = time.perf_counter()
                    next(batches)
                    found.append(time.perf_counter() - begin)
    return [statistics.median(found) for found in times]


def travel(gigabytes):
    num_bytes = round(gigabytes * 1e9)
    joint = Joint([Ready(num_bytes)], [1])
    pipe, shared = seconds((joint, 0, 1), (joint, num_bytes, 1))
    print(f"{gigabytes:g} GB: pipe {gigabytes / pipe:.2f} GB/s, shared memory "
          f"{gigabytes / shared:.1f} GB/s, {pipe / shared:.0f} times as fast")


def decode(path, batch):
    recipe = Recipe(data=str(path), size=48, batch=batch, memory=0)
    joint = Joint([open_files(str(path), "video", recipe)], [batch])
    num_bytes = batch * recipe.frames * recipe.size**2 * 3
    one, two = seconds((joint, num_bytes, 1), (joint, num_bytes, 2))
    print(f"decoding {batch} videos: 1 process {one:.3f} s a batch, 2 processes {two:.3f} s")


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.transport",
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=0.25, help="size of a batch")
    parser.add_argument("--data", type=Path, help="folder of videos, to time their decoding")
    parser.add_argument("--batch", type=int, default=32, help="videos per batch")
    args = parser.parse_args()
    if args.data:
        decode(args.data, args.batch)
    else:
        travel(args.gigabytes)


if __name__ == "__main__":
    main()
