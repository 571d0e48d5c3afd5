"""The cosine basis against its formula, one wave at a time."""

import math

import numpy as np
import pytest
import small

from tubevit_np.frequency import cosines, from_waves, to_waves

SHAPE = (2, 5, 3, 4, 2)  # t, h, w, colours, channels: all different, each axis shows


def amount(w, waves):
    """How much of one 4D wave is in a kernel (kt, kh, kw, C), summed voxel by voxel."""
    total = 0.0
    for at in np.ndindex(w.shape):
        value = w[at]
        for k, n, i in zip(waves, w.shape, at, strict=True):
            value *= math.sqrt((2 if k else 1) / n) * math.cos(math.pi * k * (i + 0.5) / n)
        total += value
    return total


def test_waves_equal_a_loop(rng):
    w = rng.standard_normal(SHAPE)
    waves = to_waves(w)
    for at in [(0, 0, 0, 0, 0), (1, 4, 2, 3, 1), (1, 0, 2, 0, 0), (0, 3, 1, 2, 1)]:
        assert waves[at] == pytest.approx(amount(w[..., at[-1]], at[:4]), rel=1e-12)


def test_there_and_back(rng):
    w = rng.standard_normal(SHAPE)
    small.assert_close(from_waves(to_waves(w)), w)
    assert np.linalg.norm(to_waves(w)) == pytest.approx(np.linalg.norm(w), rel=1e-14)


def test_a_constant_kernel_is_one_wave():
    waves = to_waves(np.ones(SHAPE))
    assert np.count_nonzero(np.abs(waves) > 1e-14) == SHAPE[-1]
    assert waves[0, 0, 0, 0] == pytest.approx(math.sqrt(math.prod(SHAPE[:4])))


@pytest.mark.parametrize("n", [1, 2, 8, 12])
def test_cosines_are_orthonormal(n):
    np.testing.assert_allclose(cosines(n) @ cosines(n).T, np.eye(n), atol=1e-14)


def test_float32_stays_float32(rng):
    assert to_waves(rng.standard_normal(SHAPE).astype(np.float32)).dtype == np.float32
