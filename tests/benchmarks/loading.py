"""Clips decoded on the fly, against plain PyAV decoding of the same frames, and from a cache.

python -m tests.benchmarks.loading --data videos/ --fps 15    # a minute

Plain PyAV opens each file, decodes from its first frame to the last one needed, and converts the
needed frames at the file's size, on one thread. Our source seeks, scales, crops, and uses all
cores. Both in turn, medians of seven; also how long a training step waits for its clips. Then the
same batches with and without a new cache in turn: the first epoch, and three more."""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import av
import numpy as np

from tests.benchmarks.timing import seconds
from tubevit_np.data.datasets.in_memory import open_files
from tubevit_np.data.decoding.timestamps import duration
from tubevit_np.data.joint import Joint
from tubevit_np.data.prefetch import prefetch
from tubevit_np.data.threads import thread_pool
from tubevit_np.runs.recipe import Recipe

TIMES = 7


def plain(path, moments):
    """Return the frames at these times, by decoding all frames before them."""
    frames, wanted = [], list(moments)
    with av.open(str(path)) as file:
        begin = float((file.streams.video[0].start_time or 0) * file.streams.video[0].time_base)
        for frame in file.decode(video=0):
            while wanted and frame.time - begin >= wanted[0] - 1e-6:
                frames.append(frame.to_ndarray(format="rgb24"))
                wanted.pop(0)
            if not wanted:
                break
    return frames


def plain_batch(source, step, count):
    """Decode the clips of a batch plainly, from the same files at random times."""
    rng, frames = np.random.default_rng(step), source.val.frames
    for i in rng.integers(0, len(source.val.items), count):
        path = source.val.items[i][0]
        start = rng.random() * max(0, duration(path) - frames / source.fps)
        plain(path, start + np.arange(frames) / source.fps)


def our_batch(source, step, count):
    """Decode the clips of a batch by the source's reader and threads."""
    rng = np.random.default_rng(step)
    jobs = [(i, rng.random()) for i in rng.integers(0, len(source.val.items), count)]
    list(thread_pool().map(lambda job: source.reader.clip(
        "video", source.val.items[job[0]][0], job[1], lambda x: x.copy()), jobs))


def epochs(source, kept, batch):
    """Yield name and frames per second without and with a cache: first epoch, three more."""
    steps = -(-len(source.train.items) // batch)
    for name, part in (("first epoch", range(steps)), ("later", range(steps, 4 * steps))):
        pairs = [[seconds(one.batch, step, batch) for one in (source, kept)] for step in part]
        frames = len(part) * batch * source.train.frames
        yield name, *(frames / sum(times) for times in zip(*pairs, strict=True))


def waiting(source, batch, work, steps=12):
    """Return the fraction of time that steps of `work` seconds wait for prefetched clips."""
    waited, begun = 0.0, None
    with prefetch(Joint([source], [batch]), range(steps)) as batches:
        for step in range(steps):
            start = time.perf_counter()
            next(batches)
            if step > 1:  # the worker process has started, the first batch is ready
                waited += time.perf_counter() - start
                begun = begun or start
            time.sleep(work)
    return waited / (time.perf_counter() - begun)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.loading", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a folder or table of videos")
    parser.add_argument("--fps", type=float, default=15.0)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--work", type=float, default=0.4, help="seconds that a step computes")
    args = parser.parse_args()
    recipe = Recipe(data=args.data, fps=args.fps)
    source = open_files(args.data, "video", recipe)
    pairs = [[seconds(way, source, i, args.batch) for way in (plain_batch, our_batch)]
             for i in range(TIMES)]
    frames = args.batch * source.val.frames
    slow, fast = (frames / statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"plain PyAV {slow:.0f} frames/s, ours {fast:.0f}: ratio {fast / slow:.1f}")
    print(f"a step of {args.work} s and {args.batch} clips waits "
          f"{waiting(source, args.batch, args.work):.0%} of the time")
    with tempfile.TemporaryDirectory() as folder:
        kept = open_files(args.data, "video", replace(recipe, cache=folder))
        for name, direct, cached in epochs(source, kept, args.batch):
            print(f"{name}: {direct:.0f} frames/s without, {cached:.0f} with a cache: ratio "
                  f"{cached / direct:.2g}")
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"the cache takes {size / 1e6:.0f} MB for {len(source.train.items)} videos")


if __name__ == "__main__":
    main()
