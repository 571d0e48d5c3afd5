"""Assignment 1, patches and tubes: reference functions and test cases."""

from types import SimpleNamespace

import numpy as np

from notebooks.assignments.build.exercises import Exercise
from tubevit_np.conformance import loops
from tubevit_np.data.generated.clips import make_clips, make_pools
from tubevit_np.model.config import Tube
from tubevit_np.model.geometry import grid
from tubevit_np.model.tubes import windows

rng = np.random.default_rng(7)
DATA = {"clip": make_clips(make_pools(rng, canvases=4, sprites=4), 12, rng)[0][1]}
rng = np.random.default_rng(1)


def numbers(*shape):
    """Random integers as floats; sums of their products are exact in any order."""
    return rng.integers(-8, 9, shape).astype(float)


def _box_starts(length, kernel, stride, offset):
    return [start for start in range(offset, length, stride) if start + kernel <= length]


def _tube_windows(video, kernel, stride, offset):
    tube = Tube(kernel, stride, offset)
    if not all(grid(tube, video.shape[:3])):
        return np.empty((0, np.prod(kernel) * video.shape[3]))
    return windows(video[None], tube)[0, :, 0]


def _unpatch(rows, height, width, size):
    image = np.empty((height, width, rows.shape[1] // size**2))
    across = width // size
    for n, y, x, c in loops.places((len(rows), size, size, image.shape[2])):
        image[n // across * size + y, n % across * size + x, c] = rows[n, (y * size + x)
                                                                       * image.shape[2] + c]
    return image


def _covered(length, kernel, stride, offset):
    starts = _box_starts(length, kernel, stride, offset)
    return np.array([any(start <= at < start + kernel for start in starts)
                     for at in range(length)])


def _share_read(shape, tubes):
    """The fraction of covered voxels; a voxel is covered if it is covered on each axis."""
    read = np.zeros(shape, bool)
    for tube in tubes:
        read |= np.einsum("t,h,w->thw", *(_covered(*each) for each in zip(shape, *tube)))
    return float(read.mean())


REFERENCE = SimpleNamespace(
    box_starts=_box_starts,
    grid=lambda shape, kernel, stride, offset: grid(Tube(kernel, stride, offset), shape),
    patches=lambda image, size: _tube_windows(image[None], *[(1, size, size)] * 2, (0, 0, 0)),
    unpatch=_unpatch,
    tube_windows=_tube_windows,
    tube_tokens=lambda video, w, b, stride, offset: loops.tube_tokens(
        video, w, b, Tube(w.shape[:3], stride, offset)),
    share_read=_share_read)


def axis(length, kernel, stride, offset=0):
    return {"length": length, "kernel": kernel, "stride": stride, "offset": offset}


def tube(kernel, stride, offset=(0, 0, 0)):
    return {"kernel": kernel, "stride": stride, "offset": offset}


def cut(shape, *rest):
    return {"video": numbers(*shape), **tube(*rest)}


def weighed(shape, kernel, channels, stride, offset):
    return {"video": numbers(*shape), "w": numbers(*kernel, shape[-1], channels),
            "b": numbers(channels), "stride": stride, "offset": offset}


def read(shape, *tubes):
    return {"shape": shape, "tubes": list(tubes)}


EXERCISES = [
    Exercise("box_starts", [axis(10, 4, 3), axis(11, 4, 3, 2), axis(9, 2, 4, 1)],
             [axis(48, 12, 18), axis(16, 16, 16), axis(7, 8, 2), axis(13, 3, 5, 4),
              axis(5, 2, 1, 4)]),
    Exercise("grid", [{"shape": (9, 14, 11), **tube((2, 4, 3), (3, 5, 2))},
                      {"shape": (16, 48, 36), **tube((8, 12, 4), (8, 18, 12), (0, 3, 4))}],
             [{"shape": (32, 224, 200), **tube((16, 4, 8), (6, 32, 30), (4, 8, 2))},
              {"shape": (1, 9, 12), **tube((4, 3, 2), (2, 3, 5))},
              {"shape": (5, 7, 8), **tube((5, 2, 3), (1, 9, 2), (0, 5, 1))},
              {"shape": (6, 9, 8), **tube((2, 3, 3), (2, 2, 2), (5, 1, 0))}]),
    Exercise("patches", [{"image": numbers(4, 6, 3), "size": 2}, {"image": numbers(9, 3, 2),
                                                                  "size": 3}],
             [{"image": numbers(8, 12, 3), "size": 4}, {"image": numbers(3, 5, 1), "size": 1},
              {"image": rng.integers(0, 256, (4, 8, 3), np.uint8), "size": 4}]),
    Exercise("unpatch", [{"rows": numbers(6, 12), "height": 4, "width": 6, "size": 2},
                         {"rows": numbers(3, 18), "height": 9, "width": 3, "size": 3}],
             [{"rows": numbers(10, 4), "height": 10, "width": 4, "size": 2},
              {"rows": numbers(6, 48), "height": 8, "width": 12, "size": 4}]),
    Exercise("tube_windows", [cut((5, 6, 7, 2), (2, 3, 2), (2, 3, 4)),
                              cut((4, 9, 6, 3), (3, 2, 4), (1, 5, 2), (1, 2, 0))],
             [cut((1, 6, 9, 2), (1, 3, 3), (1, 3, 3)), cut((6, 8, 5, 1), (4, 2, 3), (3, 4, 2),
                                                          (0, 1, 2)),
              cut((3, 5, 4, 2), (4, 2, 2), (1, 1, 1))]),
    Exercise("tube_tokens", [weighed((4, 5, 6, 2), (2, 3, 2), 3, (2, 2, 3), (0, 0, 1)),
                             weighed((3, 4, 7, 1), (1, 2, 3), 4, (1, 2, 2), (0, 0, 0))],
             [weighed((5, 4, 6, 3), (3, 2, 4), 2, (2, 1, 2), (0, 1, 0)),
              weighed((2, 6, 5, 2), (2, 2, 2), 7, (1, 4, 3), (0, 0, 0))]),
    Exercise("share_read", [read((4, 6, 10), ((2, 2, 3), (2, 4, 5), (0, 0, 0))),
                            read((6, 8, 5), ((2, 4, 2), (3, 4, 3), (1, 0, 0)),
                                 ((1, 2, 5), (2, 3, 5), (0, 1, 0)))],
             [read((5, 7, 9), ((5, 3, 3), (1, 2, 2), (0, 1, 2))),
              read((2, 6, 4), ((4, 2, 2), (1, 1, 1), (0, 0, 0)), ((1, 2, 3), (1, 2, 1), (0, 0, 0))),
              read((8, 24, 20), ((8, 2, 2), (8, 6, 6), (0, 2, 2)), ((2, 6, 6), (4, 9, 9),
                                                                    (1, 0, 0)))]),
]
