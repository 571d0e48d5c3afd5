"""Trilinear resizing of kernels: against a loop, and the weights that image libraries use."""

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.model.kernels import SHARED_SIZE, interpolation_matrix, tube_kernel


@pytest.mark.parametrize("size", [(16, 4, 4), (4, 12, 12), (1, 16, 5), (3, 7, 11)], ids=str)
def test_resize_equals_a_loop(size, rng):
    w = rng.standard_normal((8, 8, 8, 2, 3))
    small.assert_close(tv.resize_kernel(w, size), loops.resize_kernel(w, size))


def test_resize_equals_a_loop_from_unequal_sizes(rng):
    w = rng.standard_normal((3, 4, 6, 2, 3))
    small.assert_close(tv.resize_kernel(w, (5, 2, 9)), loops.resize_kernel(w, (5, 2, 9)))


@pytest.mark.parametrize("n_out, places", [
    (1, [3.5]),
    (4, [0.5, 2.5, 4.5, 6.5]),
    (12, [0, 0.5, 7 / 6, 11 / 6, 2.5, 19 / 6, 23 / 6, 4.5, 31 / 6, 35 / 6, 6.5, 7]),
    (16, [0, *np.arange(0.25, 7, 0.5), 7]),
])
def test_where_eight_taps_are_read(n_out, places):
    found = interpolation_matrix(8, n_out) @ np.arange(8)  # a ramp shows the place
    small.assert_close(found, np.array(places))


def test_rows_sum_to_one_and_use_neighbors():
    for n_out in (1, 3, 5, 8, 13, 32):
        found = interpolation_matrix(8, n_out)
        assert found.shape == (n_out, 8) and found.min() >= 0
        small.assert_close(found.sum(1), np.ones(n_out))
        assert ((found > 0).sum(1) <= 2).all()


def test_the_same_size_changes_nothing(rng):
    w = rng.standard_normal((*SHARED_SIZE, 2, 3))
    assert np.array_equal(tv.resize_kernel(w, SHARED_SIZE), w)


def test_one_kernel_for_all_video_tubes(rng):
    cfg = small.MODELS["shared_kernel"]
    params = small.params(cfg, rng)
    packed, patch, overlapping = (tube_kernel(params, cfg, i) for i in range(3))
    shared = params["kernel"]["w"]
    assert patch is params["tubes"]["1"]["w"]  # images keep their own
    small.assert_close(packed, loops.resize_kernel(shared[..., :4], (2, 3, 4)))  # 24 / 6 members
    small.assert_close(overlapping, loops.resize_kernel(shared, (4, 3, 2)))


def test_separate_kernels_are_taken_as_they_are(rng):
    params = small.params(small.MODEL, rng)
    for i in range(3):
        assert tube_kernel(params, small.MODEL, i) is params["tubes"][str(i)]["w"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype):
    assert tv.resize_kernel(np.ones((8, 8, 8, 2, 3), dtype), (4, 12, 5)).dtype == dtype
