"""The measured tuning of kernels whose tuning is known."""

import itertools

import numpy as np
import pytest

from tubevit_np.plots.analysis.spectrum import (
    direction_selectivity,
    frequencies,
    orientedness,
    peaks,
    power,
    power_at,
    separability,
    tuning,
)
from tubevit_np.plots.analysis.synthetic_kernels import gabors, references

SHAPES = ((8, 8, 8), (16, 4, 4), (4, 12, 12), (1, 8, 8), (1, 16, 16))


def between(a, b, turn):
    """The smaller angle."""
    return np.minimum((a - b) % turn, (b - a) % turn)


def wave(shape, ft, fh, fw):
    """A plane wave that fills a gray kernel, (*shape, 1, 1)."""
    t, h, w = np.indices(shape)
    return np.cos(2 * np.pi * (ft * t + fh * h + fw * w))[..., None, None]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_tuning_of_drifting_gratings(shape, rng):
    w, at = gabors(shape, 60, rng)
    found, wanted = (tuning(x, shape[0]) for x in (peaks(w), at))
    assert np.median(abs(found["frequency"] / wanted["frequency"] - 1)) < 0.02
    assert np.median(between(found["orientation"], wanted["orientation"], 180)) < 1
    if shape[0] > 1:
        assert np.median(abs(found["speed"] - wanted["speed"])) < 0.02
        assert np.median(between(found["direction"], wanted["direction"], 360)) < 1
    else:
        assert np.isnan([found["speed"], found["direction"]]).all()


def test_power_is_that_of_the_sum_of_waves(rng):
    w = rng.standard_normal((3, 5, 4, 2, 3))
    axes, found = frequencies(w.shape[:3]), power(w)
    for i, j, k in ((0, 0, 0), (1, 2, 3), (5, 9, 1), (3, 4, 4)):
        at = np.array([axes[0][i], axes[1][j], axes[2][k]])
        for d in range(3):
            sums = np.zeros(2, complex)
            for t, h, x in itertools.product(range(3), range(5), range(4)):
                sums += w[t, h, x, :, d] * np.exp(-2j * np.pi * at @ (t, h, x))
            assert found[i, j, k, d] == pytest.approx((abs(sums) ** 2).sum(), rel=1e-9)
            assert power_at(w[..., d], at[None])[0] == pytest.approx(found[i, j, k, d], rel=1e-9)


@pytest.mark.parametrize("ft, fh, fw, direction, orientation", [
    (-0.1, 0, 0.2, 0, 90), (0.1, 0, 0.2, 180, 90),  # to the right, to the left
    (-0.1, -0.2, 0, 90, 0), (-0.1, 0.2, 0, 270, 0), (-0.1, -0.1, 0.1, 45, 135)])  # up, down
def test_directions_turn_against_the_clock_from_the_right(ft, fh, fw, direction, orientation):
    found = tuning(peaks(wave((16, 16, 16), ft, fh, fw)), 16)
    assert between(found["direction"][0], direction, 360) < 0.5
    assert between(found["orientation"][0], orientation, 180) < 0.5
    assert found["speed"][0] == pytest.approx(0.1 / np.hypot(fh, fw), rel=0.02)


@pytest.mark.parametrize("shape", SHAPES[:3])
def test_moving_flickering_still_and_noise_are_told_apart(shape, rng):
    known = references(shape, rng, 40)
    selective = {name: np.median(direction_selectivity(w)) for name, w in known.items()}
    assert selective["moving"] > 0.85 and 0.01 < selective["noise"] < 0.1
    assert selective["counterphase"] < 1e-9 and selective["static"] < 1e-9
    parts = {name: np.median(separability(w)) for name, w in known.items()}
    assert 0.45 < parts["moving"] < 0.65 and parts["noise"] < 0.3
    assert parts["counterphase"] > 0.97 and parts["static"] == pytest.approx(1)


def test_separability_is_the_share_of_the_best_picture_times_a_course_of_time(rng):
    w = rng.standard_normal((3, 4, 5, 3, 2))
    u, s, v = np.linalg.svd(w[..., 1].reshape(3, 60), full_matrices=False)
    rest = ((w[..., 1].reshape(3, 60) - s[0] * np.outer(u[:, 0], v[0])) ** 2).sum()
    assert separability(w)[1] == pytest.approx(1 - rest / (w[..., 1] ** 2).sum())


def test_nothing_is_said_of_motion_in_one_frame(rng):
    w = rng.standard_normal((1, 6, 5, 3, 4))
    assert np.isnan(direction_selectivity(w)).all() and np.isnan(separability(w)).all()


def test_stripes_are_oriented_and_spots_are_not():
    h, w = np.indices((9, 9)) - 4
    window = np.exp(-(h**2 + w**2) / 8)
    stripes, spot = window * np.cos(1.5 * (h + w)), window * (1 - (h**2 + w**2) / 8)
    found = orientedness(np.stack([stripes, spot], -1)[None, :, :, None])
    assert found[0] > 0.8 and found[1] < 0.05


def test_many_kernels_are_measured_as_each_alone(rng):
    w = rng.standard_normal((2, 3, 4, 3, 35))  # more than fit into a block
    for measure in (peaks, direction_selectivity, orientedness):
        one = np.concatenate([measure(w[..., d:d + 1]) for d in range(35)])
        np.testing.assert_allclose(measure(w), one, atol=1e-12)


def test_a_dead_kernel_has_no_numbers_that_are_not():
    w = np.zeros((3, 4, 5, 3, 1))
    for measure in (direction_selectivity, orientedness, separability):
        assert measure(w).tolist() == [0]
    assert np.isfinite(peaks(w)).all()
