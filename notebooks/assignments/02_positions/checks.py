"""Assignment 2, positions: reference functions and test cases."""

from types import SimpleNamespace

import numpy as np

from notebooks.assignments.build.exercises import Exercise, load
from tubevit_np.conformance import loops
from tubevit_np.model.config import Tube
from tubevit_np.model.geometry import centers
from tubevit_np.model.position import sincos_3d

patches_and_tubes, _ = load("01")
axis, tube = patches_and_tubes.axis, patches_and_tubes.tube
rng = np.random.default_rng(2)
DATA = {"waves": sincos_3d(np.arange(48.0)[:, None].repeat(3, axis=1), 96)}


def _middles(length, kernel, stride, offset):
    return np.array([np.mean(np.arange(start, start + kernel)) for start in range(
        offset, length, stride) if start + kernel <= length], float)


def _centers(shape, kernel, stride, offset):
    return centers(Tube(kernel, stride, offset), shape)


def _sincos(at, dim, tau):
    return np.array([loops.position(place, dim, tau) for place in at]).reshape(len(at), dim)


def _moved(pair, frequency, step):
    angles = np.arctan2(pair[:, 0], pair[:, 1]) + frequency * step
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


def encodings(student, kind, channels):
    """Run the student's test on an encoding, in the student's process.

    channels: for each channel a row of axis, frequency, shift and power, or none for plain numbers.
    Students get this source, so it differs from the solution of 2.4 and describes encodings by
    numbers."""
    import math

    import numpy as np

    def encode(at):
        at = np.asarray(at, float)
        return at if len(channels) == 0 else np.array([
            [math.cos(frequency * place[int(axis)] ** power + shift)
             for axis, frequency, shift, power in channels] for place in at])

    return student.keeps_distances(encode)


def encoding(kind):
    """A case: axis by axis, for each axis first its cosines, then its sines, the slowest first."""
    if kind == "numbers":
        return {"kind": kind, "channels": np.empty((0, 4))}
    rows = []
    for k, name in enumerate("thw"):
        speeds, power = np.array([0.05, 0.3, 1]) * (kind != "nothing"), 1
        if kind == f"bent {name}":
            speeds, power = (speeds / 3) ** 2, 2
        shifts = [-np.pi / 2] if kind == f"sines only {name}" else [0, -np.pi / 2]
        rows += [(k, speed, shift, power) for shift in shifts for speed in speeds]
    return {"kind": kind, "channels": np.array(rows, float)}


def _keeps_distances(encode):
    at = np.random.default_rng(5).uniform(0, 30, (20, 3))
    before, after = encode(at), encode(at + [0.7, 2.9, 5.3])
    return bool(np.allclose(before @ before.T, after @ after.T))


REFERENCE = SimpleNamespace(
    middles=_middles, centers=_centers, sincos=_sincos, moved=_moved,
    frequencies=lambda count, tau: np.array([tau ** (-j / count) for j in range(count)]),
    all_positions=lambda shape, tubes, dim, tau: np.concatenate(
        [sincos_3d(_centers(shape, *each), dim, tau) for each in tubes]),
    keeps_distances=_keeps_distances)


def places(count, most=30):
    return rng.integers(0, 2 * most, (count, 3)) / 2


def pairs(count):
    angles = rng.uniform(0, 6, count)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


def tubes(shape, *each, dim=13, tau=50.0):
    return {"shape": shape, "tubes": list(each), "dim": dim, "tau": tau}


def patch(stride, height, width):
    return (1, height, width), (stride, height, width), (0, 0, 0)


EXERCISES = [
    Exercise("middles", [axis(10, 4, 3), axis(11, 3, 4, 2)],
             [axis(48, 12, 18), axis(16, 1, 16), axis(7, 8, 2), axis(12, 4, 4, 4)]),
    Exercise("centers", [{"shape": (6, 9, 8), **tube((2, 3, 4), (3, 2, 4))},
                         {"shape": (7, 6, 10), **tube((4, 1, 3), (3, 5, 2), (0, 2, 1))}],
             [{"shape": (16, 48, 36), **tube((4, 12, 6), (8, 18, 12), (2, 0, 3))},
              {"shape": (1, 4, 6), **tube((1, 2, 3), (8, 2, 3))},
              {"shape": (2, 8, 9), **tube((4, 2, 2), (1, 3, 2))}]),
    Exercise("frequencies", [{"count": 4, "tau": 100.0}, {"count": 5, "tau": 10000.0}],
             [{"count": 1, "tau": 10.0}, {"count": 16, "tau": 10000.0}]),
    Exercise("sincos", [{"at": places(3), "dim": 12, "tau": 100.0},
                        {"at": places(2), "dim": 21, "tau": 30.0}],
             [{"at": places(5), "dim": 96, "tau": 10000.0}, {"at": places(4), "dim": 16,
                                                             "tau": 20.0},
              {"at": np.empty((0, 3)), "dim": 18, "tau": 20.0}]),
    Exercise("moved", [{"pair": pairs(4), "frequency": 0.5, "step": 3.0}],
             [{"pair": pairs(5), "frequency": 0.01, "step": -40.0},
              {"pair": pairs(3), "frequency": 1.0, "step": 7.5}]),
    Exercise("all_positions",
             [tubes((6, 8, 9), patch(6, 4, 3), ((4, 2, 2), (2, 3, 4), (0, 1, 0))),
              tubes((1, 8, 6), patch(4, 4, 3), ((4, 2, 2), (2, 3, 4), (0, 1, 0)))],
             [tubes((8, 10, 12), ((8, 2, 2), (8, 4, 6), (0, 2, 2)), patch(8, 5, 4),
                    ((2, 6, 5), (4, 4, 7), (1, 0, 0)), dim=24, tau=1000.0)]),
    Exercise("keeps_distances", [*map(encoding, ("waves", "nothing", "numbers", "sines only w"))],
             [*map(encoding, ("sines only t", "sines only h", "bent h"))], probe=encodings),
]
