"""The time that exact colors take: clips read with FFmpeg's accurate flags and without, in turn.

example:
  OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.exact_colors --data videos/ --size 72

Reads one clip of --frames frames of every video.  Prints the medians of the sums over all videos,
the ratio, and how far the pixels differ: 255 levels are white."""

import argparse
import warnings
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np

from tests.benchmarks.timing import both_medians
from tubevit_np.data.decoding import rgb_frames
from tubevit_np.data.decoding.file_kind import file_kind
from tubevit_np.data.decoding.video import read_clip

PLAIN = 0x20  # SWS_AREA alone


def clips(files, frames, size, flags):
    """Read one clip of every file, with these flags of FFmpeg."""
    with patch.object(rgb_frames, "SCALING", flags):
        return [read_clip(file, frames, size) for file in files]


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.exact_colors",
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path, help="a folder of videos")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--size", type=int, default=72, help="short side in pixels")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    files = sorted(path for path in args.data.rglob("*")
                   if path.is_file() and file_kind(path) == "video")
    ways = {name: partial(clips, files, args.frames, args.size, flags)
            for name, flags in (("plain", PLAIN), ("exact", rgb_frames.SCALING))}
    plain, exact = (np.stack(way()).astype(float) for way in ways.values())
    times = both_medians(ways, args.rounds)
    for name, (wall, cpu) in times.items():
        print(f"{name}: {wall:.3f} s, {cpu:.3f} s of the processor for {len(files)} clips of "
              f"{args.frames} frames, short side {args.size}")
    print(f"exact / plain: {times['exact'][0] / times['plain'][0]:.3f} of the time, "
          f"{times['exact'][1] / times['plain'][1]:.3f} of the processor's")
    change = np.abs(exact - plain)
    print(f"pixels differ by {change.mean():.2f} levels on average, at most {change.max():.0f}")


if __name__ == "__main__":
    main()
