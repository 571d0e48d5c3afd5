"""Resizing a picture by area averaging, against dense matrix products and against PyAV.

OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.resizing    # half a minute

Random pixels, the short side to 252. The dense products multiply by the weight of every pixel, as
the code before did; most weights are zero. PyAV approximates the same means. All in turn, medians
of processor time, one thread; then the fraction of values that differ from ours, and the largest
difference."""

import argparse
from functools import partial

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tests.benchmarks.timing import both_medians
from tubevit_np.data.decoding.images import resize, scaled_size

SHORT = 252
SHAPES = (375, 500), (720, 1280), (3000, 4000)


def weights(length, parts):
    """Return the weights (parts, length) of all pixels for averages of equal parts."""
    edges, pixels = np.arange(parts + 1) * (length / parts), np.arange(length)
    ends = np.minimum(edges[1:, None], pixels + 1)
    overlap = np.maximum(ends - np.maximum(edges[:-1, None], pixels), 0)
    return (overlap * (parts / length)).astype(np.float32)


def dense(image):
    """Resize by two dense products."""
    rows, columns = map(weights, image.shape[:2], scaled_size(*image.shape[:2], SHORT))
    image = np.tensordot(rows, image.astype(np.float32), 1)
    return np.rint(columns @ image).astype(np.uint8)


def pyav(image, reformatter):
    """Resize as videos are resized."""
    height, width = scaled_size(*image.shape[:2], SHORT)
    frame = av.VideoFrame.from_ndarray(image, "rgb24")
    return reformatter.reformat(frame, width, height, "rgb24", interpolation="AREA",
                                threads=1).to_ndarray()


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.resizing",
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    args = parser.parse_args()
    for shape in SHAPES:
        image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
        runs = {"ours": partial(resize, image, SHORT), "dense": partial(dense, image),
                "PyAV": partial(pyav, image, VideoReformatter())}
        times = both_medians(runs, args.rounds, warm=1)
        times = {name: processor for name, (_, processor) in times.items()}
        ours = runs["ours"]().astype(int)
        print(f"{shape[0]}x{shape[1]}: ours {1e3 * times['ours']:.1f} ms")
        for name in ("dense", "PyAV"):
            differences = np.abs(runs[name]() - ours)
            print(f"  {name} {1e3 * times[name]:.1f} ms, ours / {name} "
                  f"{times['ours'] / times[name]:.2f}; {np.mean(differences > 0):.3%} of the "
                  f"values differ, by at most {differences.max()}")


if __name__ == "__main__":
    main()
