"""The cosine basis against its formula, wave by wave and voxel by voxel."""

import math

import numpy as np
import pytest
import small

from tubevit_np.conformance import loops
from tubevit_np.training.cosine_basis import cosines, from_waves, roughness, smooth, to_waves

SHAPE = (2, 5, 3, 4, 2)  # t, h, w, colors, channels: all different, each axis shows


def by_channel(loop, w):
    return np.stack([loop(w[..., d]) for d in range(w.shape[-1])], axis=-1)


def test_waves_equal_a_loop(rng):
    w = rng.standard_normal(SHAPE)
    small.assert_close(to_waves(w), by_channel(loops.to_waves, w))
    small.assert_close(from_waves(w), by_channel(loops.from_waves, w))


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
    w = rng.standard_normal(SHAPE).astype(np.float32)
    assert to_waves(w).dtype == smooth(w, 0.5).dtype == np.float32


def test_waves_shrink_by_their_squared_frequency():
    for t, h, w in np.ndindex(SHAPE[:3]):
        waves = np.zeros(SHAPE)
        waves[t, h, w] = 2.0
        squares = (t / SHAPE[0]) ** 2 + (h / SHAPE[1]) ** 2 + (w / SHAPE[2]) ** 2
        assert roughness(SHAPE)[t, h, w] == pytest.approx(squares)
        small.assert_close(smooth(from_waves(waves), 0.7), from_waves(waves) / (1 + 0.7 * squares))


def test_however_much_is_smoothed_the_mean_stays(rng):
    w = rng.standard_normal(SHAPE)
    means = np.broadcast_to(w.mean((0, 1, 2), keepdims=True), SHAPE)
    small.assert_close(smooth(w, 1e12), means, 1e-9)
